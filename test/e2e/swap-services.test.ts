import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { beginJournal, readJournal, removeJournal, writeJournal } from '../../src/operations/restore/journal.ts';
import {
  directoriesPathOf,
  keptPathOf,
  makeRestoreId,
  removalsPathOf,
  stagedPathOf,
} from '../../src/operations/restore/own-paths.ts';
import { listKept } from '../../src/operations/restore/kept.ts';
import { restore } from '../../src/operations/restore.ts';
import { undo } from '../../src/operations/undo.ts';
import { withLock } from '../../src/operations/with-lock.ts';
import { renderUndoPlan } from '../../src/report/undo-report.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { listLeftovers, runKilled } from '../fixtures/killed-run.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

const app = 'a'.repeat(64);
const inspected = JSON.stringify([
  {
    Id: app,
    Name: '/hub-app-1',
    Image: 'sha256:x',
    Config: { Image: 'hub/app:1', User: '', Labels: { 'com.docker.compose.service': 'app' } },
    State: { Status: 'STATE', Pid: 0 },
  },
]);

let program: CompiledProgram;
let made: TestPlatform;
let docker: string;

/** A docker that has the App, running at first, and writes down what it is asked for. */
function makeDocker(): string {
  const bin = join(made.directory, 'bin');
  mkdirSync(bin);
  const script = `#!/bin/bash
echo "$*" >>'${bin}/calls'
case "$*" in
  *' ps '*) echo ${app} ;;
  *' config '*) echo '{"name": "hub", "services": {"app": {"image": "app"}}}' ;;
  'container inspect '*) sed "s/STATE/$(<'${bin}/state')/" <<<'${inspected}' ;;
  'container stop '*) echo exited >'${bin}/state' ;;
  'container start '*) echo running >'${bin}/state' ;;
esac
`;
  writeFileSync(join(bin, 'state'), 'running');
  writeFileSync(join(bin, 'docker'), script);
  chmodSync(join(bin, 'docker'), 0o755);
  return bin;
}

/** What was done to containers. */
function changesOfContainers(): string[] {
  const calls = readFileSync(join(docker, 'calls'), 'utf8').split('\n');
  return calls.filter((call) => /^container (?!inspect|ls)/.test(call));
}

const archived = { 'student/cv.pdf': 'archived', 'student/portfolio/work': 'work' };
const at = (name: string) => join(made.uploads, name);

/** The files as they were archived, to the times of their folders. */
function layOut(): void {
  for (const name of readdirSync(made.uploads)) rmSync(at(name), { recursive: true });
  writeFiles(made.uploads, archived);
  for (const folder of ['student/portfolio', 'student', '.']) utimesSync(at(folder), 1_600_000_000, 1_600_000_000);
}

const withAvatars = (yaml: string) => yaml.replace('files:', 'files:\n  avatars: {path: avatars, used-by: [app]}');
const withServices = (yaml: string) =>
  withAvatars(yaml).replace('{path: uploads}', '{path: uploads, used-by: [app]}\ncompose: {}');

/** How that is then. */
function layOutSpoilt(spoil: () => void): string {
  layOut();
  spoil();
  utimesSync(at('student'), 1_500_000_000, 1_500_000_000);
  return describeTree(made.uploads);
}

beforeAll(async () => {
  program = compileProgram();
  made = await createPlatform();
  writeFiles(made.directory, { 'avatars/faces/file': 'archived' });
  made.platform = await made.reconfigure(withAvatars);
  layOut();
  await backup(made.platform, { trigger: 'nightly' });
  docker = makeDocker();
  const configured = await made.reconfigure(withServices);
  const environment = { ...made.platform.environment, PATH: `${docker}:${made.platform.environment['PATH']}` };
  made.platform = { ...configured, environment };
}, 60_000);
afterAll(async () => {
  program.remove();
  await made.stop();
});

const confirm = () => Promise.resolve(true);
const bring = (path: string) =>
  restore(made.platform, { archive: 'latest', paths: PathChoice.parse([path]), skipsSafetyBackup: true, confirm });

/** Runs a command that puts something in place by one rename, and says which of its steps that is. */
async function findRename(command: readonly string[], path: string): Promise<number> {
  const { code, stderr, steps } = await runKilled(program, made, command);
  expect(code === 0 ? '' : stderr).toBe('');
  const name = path.slice(path.lastIndexOf('/'));
  return steps.findLastIndex((step) => step.startsWith('rename ') && step.endsWith(name)) + 1;
}

/** Runs it until it is killed at a step of its swap, and then what any next command begins with; returns what that said. */
async function runCut(command: readonly string[], killAt: number): Promise<string> {
  const { isKilled } = await runKilled(program, made, command, { killAt });
  const journal = await readJournal(made.state);
  expect([isKilled, journal]).toMatchObject([true, { phase: 'swapping', isSingleRename: true }]);
  made.log.length = 0;
  await withLock(made.platform, () => Promise.resolve());
  expect(await listLeftovers(made)).toEqual([]);
  return made.log.join('\n');
}

describe.each([
  ['a folder that is missing', 'student/portfolio', () => rmSync(at('student/portfolio'), { recursive: true })],
  ['a file that has changed', 'student/cv.pdf', () => writeFiles(made.uploads, { 'student/cv.pdf': 'spoilt' })],
])('%s, for whose one rename nobody stands still', (_what, path, spoil) => {
  const restoring = ['restore', 'latest', '--path', `uploads/${path}`, '--yes', '--no-safety'];
  const accident = (): string => layOutSpoilt(spoil);

  it('is old or new after the next command, with nobody halted, wherever its restore was killed', async () => {
    let before = accident();
    const rename = await findRename(restoring, path);
    const after = describeTree(made.uploads);
    expect(after).not.toBe(before);

    before = accident();
    expect(await runCut(restoring, rename)).toContain('interrupted right before its one rename');
    expect(describeTree(made.uploads)).toBe(before);
    expect(await runCut(restoring, rename + 1)).toContain('is complete now');
    expect(describeTree(made.uploads)).toBe(after);
    expect(changesOfContainers()).toEqual([]);
  }, 60_000);
});

it('an undo of one rename, and the undo of that, are old or new likewise, with nobody halted', async () => {
  const path = 'student/portfolio';
  const undoing = ['undo', '--yes'];
  const before = layOutSpoilt(() => rmSync(at(path), { recursive: true }));
  await bring(`uploads/${path}`);
  const after = describeTree(made.uploads);
  const { plan } = await undo(made.platform, { dryRun: true, confirm });
  expect(renderUndoPlan(plan)).toContain('by a single rename: nothing is stopped');
  expect(renderUndoPlan(plan)).toMatch(/ {2}1 entry that came with it goes aside$/m);
  const back = await findRename(undoing, path);
  expect(describeTree(made.uploads)).toBe(before);
  const forth = await findRename(undoing, path);
  expect(describeTree(made.uploads)).toBe(after);
  for (const [rename, from, to] of [
    [back, after, before],
    [forth, before, after],
  ] as const) {
    expect(await runCut(undoing, rename)).toContain('interrupted right before its one rename');
    expect(describeTree(made.uploads)).toBe(from);
    expect(await runCut(undoing, rename + 1)).toContain('is complete now');
    expect(describeTree(made.uploads)).toBe(to);
  }
  expect(changesOfContainers()).toEqual([]);
}, 60_000);

it('of one rename in one folder, and modes in another, nothing has happened where it was killed before that rename', async () => {
  const command = ['restore', 'latest', '--yes', '--no-safety'];
  const faces = join(made.directory, 'avatars/faces');
  const spoil = (): void => {
    layOut();
    rmSync(at('student/portfolio'), { recursive: true });
    chmodSync(faces, 0o711);
  };
  spoil();
  const rename = await findRename(command, 'student/portfolio');
  expect(statSync(faces).mode & 0o777).toBe(0o755);
  spoil();
  expect(await runCut(command, rename)).toContain('interrupted right before its one rename');
  expect([statSync(faces).mode & 0o777, existsSync(at('student/portfolio'))]).toEqual([0o711, false]);
}, 60_000);

it('a container whose files were to be renamed is started, and said to be, before they are looked for in it', async () => {
  const configured = await made.reconfigure((yaml) =>
    yaml.replace('{path: uploads}', '{service: app, path: /data}\ncompose: {}'),
  );
  const id = makeRestoreId(new Date());
  const root = '/proc/1/root/data';
  await writeJournal(made.state, {
    ...beginJournal(made.platform, { id, archive: 'backup_full_2026-01-31.tar.gz' }),
    phase: 'swapping',
    isSingleRename: true,
    databases: [],
    files: [
      {
        source: 'uploads',
        root,
        isRootNew: false,
        staged: stagedPathOf(root, id),
        kept: keptPathOf(root, id),
        removals: removalsPathOf(made.state, id, 'uploads'),
        directories: directoriesPathOf(made.state, id, 'uploads'),
      },
    ],
    users: { stop: [], hold: ['app'] },
  });
  writeFileSync(join(docker, 'state'), 'exited');
  writeFileSync(join(docker, 'calls'), '');
  made.log.length = 0;
  const platform = { ...configured, environment: made.platform.environment };
  // It runs then; that this docker has no container at all is another matter.
  await expect(withLock(platform, () => Promise.resolve())).rejects.toThrow('runs on another machine');
  expect(changesOfContainers()).toEqual([`container start ${app}`]);
  expect(made.log).toContainEqual(expect.stringContaining('Starting service app: the files'));
  await removeJournal(made.state);
  await made.reconfigure(withServices);
}, 60_000);

it('an undo that takes more than one rename by the time of its swap halts who uses it', async () => {
  layOut();
  writeFiles(made.uploads, { 'student/cv.pdf': 'spoilt' });
  await bring('uploads/student/cv.pdf');
  const { plan, services } = await undo(made.platform, {
    confirm: () => {
      rmSync(at('student/cv.pdf'));
      mkdirSync(at('student/cv.pdf'));
      return Promise.resolve(true);
    },
  });
  expect([plan.isSingleRename, services?.stopped]).toEqual([true, ['app']]);
  expect(readFileSync(at('student/cv.pdf'), 'utf8')).toBe('spoilt');
}, 60_000);

describe('a file that was written anew after what was to replace it was killed', () => {
  const path = 'student/cv.pdf';
  const write = (content: string): void => {
    rmSync(at(path), { force: true });
    writeFiles(made.uploads, { [path]: content });
  };
  const runUntil = async (command: readonly string[], killAt: number): Promise<void> => {
    expect((await runKilled(program, made, command, { killAt })).isKilled).toBe(true);
    write('newer');
  };
  const findReverted = async () => (await listKept(made.state)).filter(({ isReverted }) => isReverted);
  const idsOf = (records: readonly { id: string }[]): string[] => records.map(({ id }) => id);

  it('stays so, and what it held before stays kept, for whoever says its name: a restore', async () => {
    const command = ['restore', 'latest', '--path', `uploads/${path}`, '--yes', '--no-safety'];
    layOut();
    write('spoilt');
    const killAt = await findRename(command, path);
    write('spoilt');
    await runUntil(command, killAt);
    const refused = await undo(made.platform, { confirm }).catch((error: unknown) => error);
    const [id = ''] = idsOf(await findReverted());
    expect(refused).toMatchObject({
      message: expect.stringContaining('interrupted before it replaced anything'),
      next: expect.stringMatching(new RegExp(`wrote it anew: undo ${id}\\. To take back an earlier one: undo `)),
    });
    expect(readFileSync(at(path), 'utf8')).toBe('newer');
    expect(await listLeftovers(made)).toEqual([]);
    expect((await undo(made.platform, { dryRun: true, confirm })).plan.id).not.toBe(id);

    // An undo by that name that was killed is not gone on with by another's.
    const undoes = { id, since: new Date().toISOString() };
    const begun = beginJournal(made.platform, { id: makeRestoreId(new Date()), archive: 'a.tar.gz', undoes });
    await writeJournal(made.state, { ...begun, databases: [], files: [] });
    const next = expect.stringMatching(new RegExp(`^To do it after all: undo ${id}\\.`));
    await expect(undo(made.platform, { confirm })).rejects.toMatchObject({ kind: 'refused', next });
    const { plan } = await undo(made.platform, { id, confirm });
    expect(renderUndoPlan(plan)).toContain(`Undo of ${id} brings back what had been there before it was written anew`);
    expect(readFileSync(at(path), 'utf8')).toBe('spoilt');
    expect(await findReverted()).toEqual([]);
  }, 60_000);

  it('is replaced by the undo that is typed again, and what it held before can be forgotten', async () => {
    const begin = async (): Promise<string | undefined> => {
      layOut();
      write('spoilt');
      return (await bring(`uploads/${path}`)).id;
    };
    await begin();
    const killAt = await findRename(['undo', '--yes'], path);
    const restored = await begin();
    await runUntil(['undo', '--yes'], killAt);
    const { plan } = await undo(made.platform, { confirm });
    expect([plan.id, readFileSync(at(path), 'utf8')]).toEqual([restored, 'spoilt']);
    const ids = idsOf(await findReverted());
    expect(ids).toHaveLength(1);
    expect(idsOf((await forget(made.platform, { ids, confirm })).forgotten)).toEqual(ids);
    expect(await listLeftovers(made)).toEqual([]);
  }, 60_000);
});

/** Loaded first into a program, it has the rename to that name fail as on a broken disk. */
const breakingRename = `data:text/javascript,
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { rename } = fs.promises;
fs.promises.rename = async (from, to) => {
  if (String(to).endsWith('/cv.pdf')) throw Object.assign(new Error('EIO: i/o error, rename'), { code: 'EIO' });
  await rename(from, to);
};
syncBuiltinESMExports();`;

it('a swap that a disk cuts short says where, what to look at, and who stands still until it is complete', async () => {
  layOut();
  const archivedTree = describeTree(made.uploads);
  rmSync(at('student/portfolio'), { recursive: true });
  writeFiles(made.uploads, { 'student/cv.pdf': 'spoilt' });
  const command = ['restore', 'latest', '--yes', '--no-safety', '--config', made.configPath];
  const env = made.platform.environment as Record<string, string>;
  const preload = breakingRename.replaceAll('\n', ' ');
  const { code, stderr } = await program.run(command, { env, preload });
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`the swap of files uploads in ${made.uploads} was cut short: EIO: i/o error, rename`),
  ]);
  expect(stderr).toMatch(/dmesg, df.*forget carries it through\. Services: app: halted until the restore is complete/);
  await withLock(made.platform, () => Promise.resolve());
  expect(describeTree(made.uploads)).toBe(archivedTree);

  writeFiles(made.uploads, { 'student/cv.pdf': 'spoilt' });
  const single = await program.run([...command, '--path', 'uploads/student/cv.pdf'], { env, preload });
  expect(single.stderr).toMatch(
    /dmesg, df.*forget removes what it had made, or ends it where it was renamed already\./,
  );
  await withLock(made.platform, () => Promise.resolve());
  expect(readFileSync(at('student/cv.pdf'), 'utf8')).toBe('spoilt');
}, 60_000);
