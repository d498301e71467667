import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import type { StartedTool } from '../../src/sources/postgres/server.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { writeAppSchema } from '../fixtures/schemas/app.ts';

let cluster: PostgresCluster;
let one: TestPlatform;
const started: StartedTool[] = [];

beforeAll(async () => {
  cluster = await startPostgresCluster();
  await cluster.query('postgres', 'CREATE DATABASE skills_hub; CREATE DATABASE other');
  for (const name of ['skills_hub', 'other']) await cluster.query(name, writeAppSchema(20_000));
  await cluster.query('postgres', 'CREATE ROLE visitor SUPERUSER LOGIN');
  const databaseLines = { app: '{url-env: DATABASE_URL, database: skills_hub}' };
  one = await createPlatform({ cluster, databaseLines });
}, 120_000);
afterAll(async () => {
  for (const tool of started) tool.kill('SIGKILL');
  await one.stop();
  await cluster.stop();
});

/** A pg_dump as a killed run leaves it in a container: blocked on a pipe that nobody reads, with its locks. */
async function leaveDump(database: string, applicationName: string): Promise<StartedTool> {
  const tool = connectByUrl(cluster.url()).start('pg_dump', [], { database, applicationName });
  started.push(tool);
  tool.stdin.end();
  for (let turn = 0; turn < 600 && !(await listHolders()).includes(applicationName); turn++) await sleep(50);
  return tool;
}

/** Who keeps others from changing tables, by name. */
async function listHolders(): Promise<string[]> {
  const holders = `SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE mode = 'AccessShareLock' AND locktype = 'relation' AND pid <> pg_backend_pid() GROUP BY pid, application_name HAVING count(*) > 5`;
  return (await cluster.query('postgres', holders)).flat().sort();
}

describe('a dump that a killed backup left running on the server', () => {
  it('is ended by the next backup, which says so; all others go on (fault 133)', async () => {
    const left = await leaveDump('skills_hub', 'skills-hub-continuity 2026-11-26 0a1b2c3d');
    const others: [string, string][] = [
      ['other', 'skills-hub-continuity 2026-11-26_10-00-00'],
      ['skills_hub', 'pg_dump'],
      ['skills_hub', 'skills-hub-continuity-like 2026-11-26'],
    ];
    for (const [database, name] of others) await leaveDump(database, name);
    expect(await listHolders()).toEqual(
      ['skills-hub-continuity 2026-11-26 0a1b2c3d', ...others.map(([, name]) => name)].sort(),
    );

    const ended = once(left, 'exit');
    await backup(one.platform, { trigger: 'manual' });
    left.stdout.resume();
    expect(await ended).not.toEqual([0, null]);
    expect(await listHolders()).toEqual(others.map(([, name]) => name).sort());
    expect(one.log).toContainEqual(
      expect.stringMatching(
        /^warning: Ended what a killed backup had left .*\(skills-hub-continuity 2026-11-26 0a1b2c3d\)/,
      ),
    );
  }, 120_000);

  it('is not spoken of where there is none', async () => {
    one.log.length = 0;
    await backup(one.platform, { trigger: 'manual' });
    expect(one.log.filter((line) => line.includes('left running'))).toEqual([]);
  });
});
