import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

const names = ['first', 'second', 'third'];
let clusters: PostgresCluster[];
let made: TestPlatform;
let program: CompiledProgram;
let env: Record<string, string>;

beforeAll(async () => {
  program = compileProgram();
  clusters = await Promise.all(names.map(() => startPostgresCluster()));
  for (const [at, cluster] of clusters.entries()) {
    const name = names[at] ?? '';
    await cluster.query('postgres', `CREATE DATABASE ${name}`);
    await cluster.query(name, "CREATE TABLE t (v text); INSERT INTO t VALUES ('archived')");
  }
  env = Object.fromEntries(clusters.map((cluster, at) => [`URL_${at}`, cluster.url()]));
  const lines = names.map((name, at) => [name, `{url-env: URL_${at}, database: ${name}}`]);
  made = await createPlatform({ files: { file: 'archived' }, databaseLines: Object.fromEntries(lines) });
  made.platform = { ...made.platform, environment: env };
}, 180_000);
afterAll(async () => {
  program.remove();
  await made.stop();
  await Promise.all(clusters.map((cluster) => cluster.stop()));
});

const file = () => join(made.uploads, 'file');
/** What the clusters, in their order, and the files hold. */
async function look(): Promise<string[]> {
  const rows = await Promise.all(clusters.map((cluster, at) => cluster.query(names[at] ?? '', 'TABLE t')));
  return [...rows.flat(2), readFileSync(file(), 'utf8')];
}

describe('a restore of three clusters, killed between the swaps of the second and the third (fault 136)', () => {
  it('is carried through by the next command, a backup, before it reads anything', async () => {
    const { archive } = await backup(made.platform, { trigger: 'nightly' });
    for (const [at, cluster] of clusters.entries()) await cluster.query(names[at] ?? '', "UPDATE t SET v = 'spoilt'");
    writeFileSync(file(), 'spoilt');

    const words = ['restore', archive, '--yes', '--no-safety', '--config', made.configPath];
    const killed = await program.run(words, {
      env: { ...env, KILL_PORT: `${clusters[2]?.port}` },
      preload: 'test/fixtures/kill-before-swap.mjs',
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(await look()).toEqual(['archived', 'archived', 'spoilt', 'spoilt']);
    const journal = join(made.state, 'restore-journal.json');
    expect(existsSync(journal)).toBe(true);

    const next = await program.run(['backup', '--json', '--config', made.configPath], { env });
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining('was interrupted while it was put in place')]);
    expect(await look()).toEqual(['archived', 'archived', 'archived', 'archived']);
    expect(existsSync(journal)).toBe(false);
    // It went on first: nothing of the half-done state got into the archive.
    const directory = join(made.directory, 'extracted');
    const result = JSON.parse(next.stdout) as BackupResult;
    await extractArchive(made.platform, { archive: result.archive, directory });
    for (const name of names) expect(readFileSync(join(directory, `db/${name}.sql`), 'utf8')).toContain('\narchived\n');
    expect(readFileSync(join(directory, 'uploads/file'), 'utf8')).toBe('archived');
  }, 180_000);
});
