import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quoteLiteral } from '../../src/sources/postgres/query.ts';
import { CANARY, findCanary } from '../fixtures/canary-secrets.ts';
import { compileProgram, type CompiledProgram, type ProgramEnd } from '../fixtures/compiled-program.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { listDescendants } from '../fixtures/processes.ts';

/** What people, generators and copied files put into passwords, the canary's word in every part. */
const passwords = {
  'a per cent sign': `50%${CANARY}%41%zz%`,
  'line breaks': `${CANARY}one\n${CANARY}two\r\n${CANARY}three`,
  quotes: `'${CANARY}' "${CANARY}" \`${CANARY}\` \\${CANARY}`,
  JSON: JSON.stringify({ password: CANARY, lines: `a\n${CANARY}` }),
  'what shells and logs act upon': `$(echo ${CANARY}) $${CANARY} ;${CANARY} ::set-output name=x::${CANARY}`,
};

let cluster: PostgresCluster;
let one: TestPlatform;
let program: CompiledProgram;
beforeAll(async () => {
  cluster = await startPostgresCluster();
  await cluster.query('postgres', 'CREATE DATABASE shop; CREATE ROLE canary SUPERUSER LOGIN');
  await cluster.query('shop', 'CREATE TABLE t AS SELECT generate_series(1, 100) AS n');
  const databaseLines = {
    shop: '{url-env: DATABASE_URL, database: shop}',
    again: '{url-file: shop-url, database: shop}',
  };
  one = await createPlatform({ files: { small: 'content' }, cluster, databaseLines });
  program = compileProgram();
}, 120_000);
afterAll(async () => {
  program.remove();
  await one.stop();
  await cluster.stop();
});

/** Runs a command; no part of a password may be in what it says, in an argument list, or in what it leaves behind. */
async function run(password: string, words: string[]): Promise<ProgramEnd> {
  const url = cluster.url('postgres', 'canary', password);
  writeFileSync(join(one.directory, 'shop-url'), `${url}\n`, { mode: 0o600 });
  const seen = new Set<string>();
  const watching = setInterval(() => {
    for (const { commandLine } of listDescendants(process.pid)) seen.add(commandLine);
  }, 20);
  const end = await program
    .run([...words, '--config', one.configPath], { env: { DATABASE_URL: url } })
    .finally(() => clearInterval(watching));
  // The programs were seen: the watch works.
  expect([...seen].filter((line) => line.includes('continuity.js'))).not.toEqual([]);
  const left = readdirSync(one.state, { recursive: true, encoding: 'utf8' })
    .map((name) => join(one.state, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
  for (const text of [end.stdout, end.stderr, ...seen, ...left]) expect(findCanary(text)).toEqual([]);
  return end;
}

describe.each(Object.entries(passwords))('a password that holds %s (fault 127)', (_what, password) => {
  beforeAll(async () => {
    await cluster.query('postgres', `ALTER ROLE canary PASSWORD ${quoteLiteral(password)}`);
  });

  it('works, and is shown by no command', async () => {
    const made = await run(password, ['backup', '--json']);
    expect([made.code, made.stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined]);
    const { archive } = JSON.parse(made.stdout) as { archive: string };
    const content = gunzipSync(readFileSync(join(one.vaultDirectory, archive))).toString('latin1');
    expect(content).toContain('PostgreSQL database dump complete');
    expect(findCanary(content)).toEqual([]);
    const words = ['restore', archive, '--select', 'shop', '--yes', '--no-safety'];
    expect(await run(password, words)).toMatchObject({ code: 0 });
  }, 120_000);

  it('is not shown where it is the wrong one', async () => {
    const { code, stderr } = await run(`${password}x`, ['backup']);
    expect(code).not.toBe(0);
    expect(stderr).toContain('password authentication failed');
  }, 120_000);
});

it.each([['doctor'], ['status'], ['restore', 'latest', '--select', 'shop', '--dry-run'], ['forget', '--yes']])(
  'a password is shown by no other command either, right or wrong: %s (fault 127)',
  async (...words) => {
    await cluster.query('postgres', `ALTER ROLE canary PASSWORD ${quoteLiteral(passwords.JSON)}`);
    const ends = [await run(passwords.JSON, words), await run(`${passwords.JSON}x`, words)];
    for (const { stdout, stderr } of ends) expect(`${stdout}${stderr}`).not.toBe('');
  },
  120_000,
);
