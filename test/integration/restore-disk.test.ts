import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '../../src/logging/quantity-text.ts';
import { backup } from '../../src/operations/backup.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore, type RestoreOptions } from '../../src/operations/restore.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { withoutKeys } from '../fixtures/dump-database.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { writeAppSchema } from '../fixtures/schemas/app.ts';

const MIB = 1024 * 1024;

/** Mounting takes root, and a kernel that lets it. */
const canMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'continuity-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true });
  }
})();
const onSmallDisk = canMount ? describe : describe.skip;

onSmallDisk('uploads on a disk of 192 MiB that is 60 % full (needs to mount it, so only as root)', () => {
  let one: TestPlatform;
  let archive: string;
  let before: string;
  const names = Array.from({ length: 28 }, (_, number) => `video ${number % 4}/part ${number}`);
  const large = () => randomBytes(4 * MIB);

  beforeEach(async () => {
    one = await createPlatform();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=192m,nr_inodes=1800', 'tmpfs', one.uploads]);
    writeFiles(one.uploads, { small: 'small', ...Object.fromEntries(names.map((name) => [name, large()])) });
    archive = (await backup(one.platform, { trigger: 'nightly' })).archive;
    before = describeTree(one.uploads);
    const { bfree, blocks } = statfsSync(one.uploads);
    expect(1 - bfree / blocks).toBeCloseTo(0.6, 1);
  });
  afterEach(async () => {
    execFileSync('umount', [one.uploads]);
    await one.stop();
  });

  const run = (options: Partial<RestoreOptions> = {}) =>
    restore(one.platform, { archive, confirm: async () => true, skipsSafetyBackup: true, ...options });

  /** Fails with what the operator reads, and has changed nothing and left nothing. */
  async function expectRefused(options: Partial<RestoreOptions>, expected: object): Promise<void> {
    const spoilt = describeTree(one.uploads);
    await expect(run(options)).rejects.toMatchObject(expected);
    expect(describeTree(one.uploads)).toBe(spoilt);
    expect(readdirSync(one.uploads).filter((name) => name.startsWith('.continuity-'))).toEqual([]);
    expect(existsSync(join(one.state, 'restore-journal.json'))).toBe(false);
    expect(readdirSync(join(one.state, 'restore'))).toEqual([]);
  }

  it('takes the restore of what differs, though the whole would not fit (fault 137)', async () => {
    rmSync(join(one.uploads, names[3] ?? ''));
    writeFiles(one.uploads, { [names[8] ?? '']: large() });
    const { plan, done, fetchedBytes } = await run();
    expect(done).toBe(true);
    expect(plan.files[0]).toMatchObject({ add: 1, replace: 1 + 1, remove: 0, stageBytes: 8 * MIB });
    expect(plan.files[0]?.archived.bytes).toBeGreaterThan(plan.files[0]?.freeBytes ?? Infinity);
    expect(fetchedBytes).toBeLessThan(9 * MIB);
    expect(describeTree(one.uploads)).toBe(before);
    await forget(one.platform, { confirm: async () => true });
    expect(describeTree(one.uploads)).toBe(before);
  });

  it('refuses to begin where what differs cannot fit, and names the room (fault 118)', async () => {
    writeFiles(one.uploads, Object.fromEntries(names.map((name) => [name, large()])));
    const refusal = {
      kind: 'refused',
      message: expect.stringMatching(
        new RegExp(`${one.uploads} has [\\d.]+ MB free, and ${formatBytes(28 * 4 * MIB)} are to be staged`),
      ),
      next: expect.stringContaining('Nothing was changed'),
    };
    await expectRefused({}, refusal);
    expect((await run({ dryRun: true })).plan.refusals).toEqual([expect.stringContaining(' MB free')]);
    // What stands there was not worth a safety backup, as nothing was to happen to it.
    await expectRefused({ skipsSafetyBackup: false }, refusal);
    expect(readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_full'))).toEqual([archive]);
  });

  it('refuses to begin where it filled up while the question stood there', async () => {
    rmSync(join(one.uploads, names[0] ?? ''));
    const filler = join(one.uploads, '.continuity-filler');
    const fill = async () => {
      writeFileSync(filler, Buffer.alloc(20 * MIB));
      return true;
    };
    const spoilt = describeTree(one.uploads).replace(/^\0d.*$/m, '');
    await expect(run({ confirm: fill })).rejects.toMatchObject({ kind: 'refused' });
    expect(
      describeTree(one.uploads)
        .replace(/^\0d.*$/m, '')
        .split('\n')
        .slice(0, -1),
    ).toEqual(spoilt.split('\n').slice(0, -1));
  });

  it('is as it was after a restore that met the end of the disk while staging', async () => {
    // Bytes are plenty; it is the inodes that will not do.
    writeFiles(one.uploads, Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`tiny/${n}`, `${n}`])));
    archive = (await backup(one.platform, { trigger: 'manual' })).archive;
    for (let n = 0; n < 1000; n++) writeFileSync(join(one.uploads, `tiny/${n}`), 'changed');
    await expectRefused(
      {},
      { kind: 'space', message: expect.stringContaining(one.uploads), next: expect.stringMatching(/room|space/i) },
    );
    for (let n = 300; n < 1000; n++) rmSync(join(one.uploads, `tiny/${n}`));
    expect(await run()).toMatchObject({ done: true });
    await forget(one.platform, { confirm: async () => true });
  });
});

describe('lists of names for which the disk of the state folder has no room', () => {
  let one: TestPlatform;
  beforeAll(async () => {
    one = await createPlatform();
  });
  afterAll(() => one.stop());

  it.each(['removals', 'directories'])(
    'end the restore (%s), which has replaced nothing and left nothing',
    async (kind) => {
      writeFiles(one.uploads, { kept: 'kept' });
      const { archive } = await backup(one.platform, { trigger: 'manual' });
      writeFiles(one.uploads, { kept: 'changed', added: 'added' });
      const spoilt = describeTree(one.uploads);
      const restores = join(one.state, 'restore');
      const fill = async () => {
        const [id = ''] = readdirSync(restores);
        const list = join(restores, id, `uploads.${kind}`);
        rmSync(list, { force: true });
        symlinkSync('/dev/full', list);
        return true;
      };
      const expected = { kind: 'space', message: expect.stringContaining(`uploads.${kind}`) };
      await expect(restore(one.platform, { archive, confirm: fill, skipsSafetyBackup: true })).rejects.toMatchObject(
        expected,
      );
      expect(describeTree(one.uploads)).toBe(spoilt);
      expect(readdirSync(restores)).toEqual([]);
    },
  );
});

describe('a database restored where the host, its variables and the server live in other time zones', () => {
  let cluster: PostgresCluster;
  let one: TestPlatform;
  let program: CompiledProgram;
  beforeAll(async () => {
    cluster = await startPostgresCluster();
    await cluster.query('postgres', 'CREATE DATABASE skills_hub TEMPLATE template0');
    await cluster.query('skills_hub', writeAppSchema(200));
    const databaseLines = { app: '{url-env: DATABASE_URL, database: skills_hub}' };
    one = await createPlatform({ cluster, databaseLines });
    program = compileProgram();
  }, 120_000);
  afterAll(async () => {
    program.remove();
    await one.stop();
    await cluster.stop();
  });

  const dump = async () => withoutKeys(Buffer.from(await cluster.runTool('pg_dump', [], 'skills_hub')));
  const setServerZone = (change: string) =>
    cluster.query('postgres', `ALTER SYSTEM ${change};\nSELECT pg_reload_conf()`);

  it('gives the same text of pg_dump, byte for byte, and the same fingerprints (faults 131, 132)', async () => {
    const before = await dump();
    expect(before.match(/PostgreSQL database dump complete/g)?.length).toBeGreaterThan(3);
    const made = await backup(one.platform, { trigger: 'manual' });
    await cluster.query(
      'skills_hub',
      `DELETE FROM public.evidence WHERE id > 5; UPDATE public.student SET enrolled = now();
       DROP FUNCTION public.import_notes(); ALTER TABLE public.sessions DROP COLUMN content`,
    );
    expect(await dump()).not.toBe(before);
    await setServerZone("SET timezone = 'Asia/Kathmandu'");
    const env = { DATABASE_URL: cluster.url(), TZ: 'Pacific/Auckland', PGTZ: 'America/St_Johns' };
    const args = ['restore', made.archive, '--yes', '--no-safety', '--config', one.configPath];
    const { code, stderr } = await program.run(args, { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('Everything is staged and proven')]);
    const again = await program.run(['backup', '--json', '--config', one.configPath], { env });
    expect(again.code).toBe(0);
    await setServerZone('RESET timezone');
    expect(await dump()).toBe(before);
    const { manifest } = JSON.parse(again.stdout) as typeof made;
    expect(manifest?.databases['app']?.fingerprints).toEqual(made.manifest?.databases['app']?.fingerprints);
  });
});
