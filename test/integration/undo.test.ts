import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore, type RestoreResult } from '../../src/operations/restore.ts';
import { writeJournal } from '../../src/operations/restore/journal.ts';
import { listKept } from '../../src/operations/restore/kept.ts';
import { makeRestoreId } from '../../src/operations/restore/own-paths.ts';
import { status } from '../../src/operations/status.ts';
import { undo, type UndoResult } from '../../src/operations/undo.ts';
import { renderRestore } from '../../src/report/restore-report.ts';
import { renderStatus } from '../../src/report/status-report.ts';
import { renderUndo, renderUndoPlan } from '../../src/report/undo-report.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

let made: TestPlatform;
let cluster: PostgresCluster;
let archive: string;

const content = {
  'same/f1': 'one',
  'same/f2': 'two',
  'gone/deep/a': 'a',
  kind: 'file',
  'dir/in': 'in',
  h1: 'hard',
  'metadata/f': 'same',
};
const accident = `
  rm -r gone; echo changed > same/f1; chmod 640 same/f1; echo more > extra; mkdir -p new/folder; echo x > new/folder/x
  ln new/folder/x new/folder/y; ln h1 h3; rm h2; echo soft > h1; rm kind; mkdir kind; echo y > kind/y
  rm -r dir; echo 1 > dir; ln -sfn elsewhere link; mkdir $'odd\\xff\\n'; echo z > $'odd\\xff\\n/z'
  chmod 711 metadata; touch -d '1969-12-31 23:59:59.123456789 UTC' metadata same; touch -d '2001-02-03 04:05:06.777777777' .`;

const inUploads = (script: string) => void execFileSync('bash', ['-ec', script], { cwd: made.uploads });
const yes = { confirm: async () => true };
const bring = (select?: string[]): Promise<RestoreResult> =>
  restore(made.platform, { archive, skipsSafetyBackup: true, ...(select ? { select } : {}), ...yes });
const takeBack = (id?: string): Promise<UndoResult> =>
  undo(made.platform, { ...(id === undefined ? {} : { id }), ...yes });

/** All of it as others see it: databases by name with a digest of their dumps, and the tree. */
async function stateOf(): Promise<string> {
  const databases = await cluster.query(
    'postgres',
    `SELECT datname || pg_get_userbyid(datdba) || datallowconn || datistemplate || coalesce(datacl::text, '')
       FROM pg_database WHERE NOT datistemplate ORDER BY datname`,
  );
  const rows = [];
  for (const name of ['one', 'two', 'three']) {
    if (databases.flat().some((each) => each.startsWith(name)))
      rows.push(name, ...(await cluster.query(name, 'TABLE t')));
  }
  return `${JSON.stringify([databases, rows])}\n${describeTree(made.uploads)}`;
}

const ownFolders = () => readdirSync(made.uploads).filter((name) => name.startsWith('.continuity-'));
const ownDatabases = async () =>
  (await cluster.query('postgres', "SELECT datname FROM pg_database WHERE datname LIKE 'continuity%'")).flat();

beforeAll(async () => {
  cluster = await startPostgresCluster();
  const databaseLines = Object.fromEntries(
    ['one', 'two', 'three'].map((name) => [name, `{url-env: DATABASE_URL, database: ${name}}`]),
  );
  for (const name of Object.keys(databaseLines)) {
    await cluster.query('postgres', `CREATE DATABASE ${name}`);
    await cluster.query(name, "CREATE TABLE t (v text); INSERT INTO t VALUES ('archived')");
  }
  made = await createPlatform({ files: content, cluster, databaseLines });
  inUploads('ln -s target link; ln h1 h2; chmod 750 same; touch -d "2020-05-05 05:05:05.050505050" metadata dir .');
  archive = (await backup(made.platform, { trigger: 'nightly' })).archive;
  await cluster.query('one', "UPDATE t SET v = 'spoilt'");
  // One that is missing when it is restored: before, there was none.
  await cluster.query('postgres', 'DROP DATABASE two');
  inUploads(accident);
}, 120_000);
afterAll(async () => {
  await made.stop();
  await cluster.stop();
});

describe('an undo', () => {
  let before: string;
  let after: string;

  it('brings all back as it was before the restore, and again as it was after, to the nanosecond', async () => {
    before = await stateOf();
    const restored = await bring();
    after = await stateOf();
    expect(after).not.toBe(before);
    let id = restored.id ?? '';
    expect(renderRestore(restored)).toContain(`npm run -s continuity -- undo ${id}\n`);
    for (const expected of [before, after, before, after]) {
      const result = await takeBack();
      expect(result).toMatchObject({ done: true, plan: { id } });
      expect(await stateOf()).toBe(expected);
      expect(result.durationMs).toBeLessThan(30_000);
      id = result.id ?? '';
      expect(ownFolders()).toEqual([`.continuity-kept-${id}`]);
      expect((await listKept(made.state)).map((record) => record.id)).toEqual([id]);
      expect(readdirSync(join(made.state, 'kept')).sort()).toEqual([id, `${id}.json`]);
      expect(existsSync(join(made.state, 'restore', id))).toBe(false);
      expect(await ownDatabases()).toHaveLength(expected === after ? 2 : 3);
    }
  }, 120_000);

  it('shows what it would do, and changes nothing where it is declined', async () => {
    const state = await stateOf();
    const dry = await undo(made.platform, { dryRun: true, ...yes });
    expect(dry.done).toBe(false);
    const declined = await undo(made.platform, { confirm: async () => false });
    expect(declined.plan).toEqual(dry.plan);
    expect(renderUndoPlan(dry.plan)).toContain('Nothing is deleted, so there is no safety backup');
    expect(renderUndo(dry)).toContain('Nothing was changed.');
    expect(await stateOf()).toBe(state);
    expect(dry.plan.databases.map(({ live, exists }) => [live, exists])).toContainEqual(['two', true]);
  });

  it('says in status what is kept, for how long, what it takes, and what to type', async () => {
    const result = await status(made.platform);
    const [kept] = result.kept;
    expect(kept?.unknown).toEqual([]);
    expect(kept?.sizeBytes).toBeGreaterThan(7_000_000);
    expect(kept?.files[0]?.sizeBytes).toBeGreaterThan(0);
    const text = renderStatus(result, new Date(), 'Europe/Paris');
    expect(text).toContain(`npm run -s continuity -- undo ${kept?.id}\n`);
    expect(text).toContain(`npm run -s continuity -- forget ${kept?.id}\n`);
    await cluster.pause();
    const blind = await status(made.platform);
    await cluster.resume();
    expect(blind.kept[0]?.unknown[0]).toContain('one: ');
    expect(renderStatus(blind, new Date())).toContain('takes at least ');
  }, 60_000);

  it('comes after the undo of what replaced the same later, and of nothing else', async () => {
    const [first] = await listKept(made.state);
    const ofFiles = await bring(['uploads']);
    const ofThree = await bring(['three']);
    await expect(takeBack(first?.id)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`undo ${ofThree.id}`),
    });
    const state = await stateOf();
    const undone = await takeBack(ofThree.id);
    await expect(takeBack(first?.id)).rejects.toMatchObject({ message: expect.stringContaining(`undo ${ofFiles.id}`) });
    await takeBack(ofFiles.id);
    // What the two replaced is there again: the first is the newest of what counts.
    const whole = await takeBack(first?.id);
    expect(await stateOf()).toBe(before);
    await expect(takeBack(undone.id)).rejects.toMatchObject({ message: expect.stringContaining(`undo ${whole.id}`) });
    await takeBack(whole.id);
    await takeBack(undone.id);
    expect(await stateOf()).toBe(state);
    await expect(takeBack(ofThree.id)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('nothing is kept'),
    });
  }, 120_000);

  it('is refused before anything is touched where something of what was kept is gone', async () => {
    await forget(made.platform, yes);
    expect(readdirSync(join(made.state, 'kept'))).toEqual([]);
    await expect(takeBack()).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('nothing is kept'),
    });
    inUploads(accident);
    const { id } = await bring(['one', 'uploads']);
    const state = await stateOf();
    const kept = join(made.uploads, `.continuity-kept-${id}`);
    renameSync(kept, `${kept}.aside`);
    await expect(takeBack()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        new RegExp(
          `${kept}, where they were kept, is gone: check that the disk of ${made.uploads} is mounted, then undo again. ` +
            'Only where it is lost for good: its databases by hand',
        ),
      ),
    });
    renameSync(`${kept}.aside`, kept);
    const list = join(made.state, 'kept', id ?? '', 'uploads.removals');
    renameSync(list, `${list}.aside`);
    await expect(takeBack()).rejects.toMatchObject({ message: expect.stringContaining('By hand: stop the services') });
    renameSync(`${list}.aside`, list);
    const [database] = await ownDatabases();
    await cluster.query('postgres', `ALTER DATABASE ${database} RENAME TO aside`);
    await expect(takeBack()).rejects.toMatchObject({ message: expect.stringContaining('is gone from') });
    await cluster.query('postgres', `ALTER DATABASE aside RENAME TO ${database}`);
    inUploads(`touch -d '2020-05-05 05:05:05.050505050' .`);
    expect(await stateOf()).toBe(state);
    expect((await takeBack()).done).toBe(true);
  }, 120_000);

  it('keeps what came in the way since, and leaves what the restore did not touch', async () => {
    await forget(made.platform, yes);
    await bring(['uploads']);
    inUploads(accident);
    const { id } = await bring(['uploads']);
    // A file where a folder is to come back, a folder where a file is, one name more of a file that is kept, and more.
    inUploads(`rm -r dir; mkdir dir; echo d > dir/d; echo l > later; echo n > same/later; rm -r kind; ln .continuity-kept-${id}/extra extra
      mkdir kind; echo k > kind/k; rm same/f1; mkdir same/f1; echo f > same/f1/f`);
    const { id: undone } = await takeBack();
    expect(readFileSync(join(made.uploads, 'same/f1'), 'utf8')).toBe('changed\n');
    expect(readFileSync(join(made.uploads, 'kind/y'), 'utf8')).toBe('y\n');
    expect(readFileSync(join(made.uploads, 'dir'), 'utf8')).toBe('1\n');
    expect(['later', 'same/later', 'extra'].map((name) => existsSync(join(made.uploads, name)))).toEqual([
      true,
      true,
      true,
    ]);
    const aside = join(made.uploads, `.continuity-kept-${undone}`);
    expect(['dir/d', 'same/f1/f', 'kind/k'].map((name) => existsSync(join(aside, name)))).toEqual([true, true, true]);
    await takeBack();
    expect(readFileSync(join(made.uploads, 'same/f1/f'), 'utf8')).toBe('f\n');
    expect(ownFolders()).toHaveLength(2);
  }, 120_000);

  it('leaves the mode alone that a folder got since, which the restore did not change', async () => {
    await forget(made.platform, yes);
    await bring(['uploads']);
    inUploads('echo changed > same/f1');
    await bring(['uploads']);
    inUploads('chmod 700 metadata; chmod 711 same');
    await takeBack();
    const modeOf = (name: string) => statSync(join(made.uploads, name)).mode & 0o777;
    expect([modeOf('metadata'), modeOf('same')]).toEqual([0o700, 0o750]);
  }, 60_000);

  it('leaves the folder empty that a restore had made', async () => {
    await forget(made.platform, yes);
    rmSync(made.uploads, { recursive: true });
    await bring(['uploads']);
    const restored = describeTree(made.uploads);
    await takeBack();
    expect(readdirSync(made.uploads)).toEqual(ownFolders());
    await takeBack();
    expect(describeTree(made.uploads)).toBe(restored);
  }, 60_000);

  it('takes nothing older back where a restore was killed before it replaced anything', async () => {
    const kept = await listKept(made.state);
    const started = new Date().toISOString();
    const id = makeRestoreId(new Date());
    const killed = { version: 1, id, phase: 'staging', archive, holder: 'a killed run', started } as const;
    await writeJournal(made.state, { ...killed, databases: [], files: [] });
    await expect(takeBack()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('there is nothing of it to take back'),
      next: `To take back an earlier one: undo ${kept.at(-1)?.id ?? ''}.`,
    });
    expect(await listKept(made.state)).toEqual(kept);
    expect(existsSync(join(made.state, 'restore-journal.json'))).toBe(false);
  }, 60_000);

  it('reports a journal that somebody changed, and does nothing', async () => {
    const path = join(made.state, 'restore-journal.json');
    const [record] = await listKept(made.state);
    const journal = { ...record, version: 1, phase: 'swapping', undoes: { id: '../x', since: '' }, files: [] };
    writeFileSync(path, JSON.stringify(journal));
    await expect(takeBack()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('names places'),
    });
    rmSync(path);
  });
});
