import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quoteLiteral } from '../../src/sources/postgres/query.ts';
import {
  checkOutWorkspace,
  type ActionName,
  type ActionWorkspace,
  type StepOptions,
} from '../fixtures/action-checkout.ts';
import type { ActionRunResult } from '../fixtures/action-run.ts';
import { CANARY, canaryKey, canaryPassword, canarySigns, findCanary } from '../fixtures/canary-secrets.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';
import { makeRsaKey } from '../fixtures/rsa-keys.ts';
import { errorsOf, expectNothingLeft } from '../fixtures/step-checks.ts';

let test: TestPlatform;
let workspace: ActionWorkspace;
/** What gives real keys and passwords away, besides the canary. */
let signs: string[];
let archive: string;
const injected = ['\n::add-mask::injected', 'a\r::error::injected', '##[error]injected', ' ::stop-commands::injected'];

beforeAll(async () => {
  test = await createPlatform({
    databases: 5,
    databaseLines: { app: '{url-env: DATABASE_URL, database: skills_hub}' },
    vault: 'ssh',
    files: Object.fromEntries(injected.map((name) => [`student/${name}`, 'content'])),
  });
  workspace = checkOutWorkspace(test);
  const quoted = `'${canaryPassword.replaceAll("'", "''")}'`;
  await test.cluster?.query('postgres', `CREATE ROLE canary SUPERUSER LOGIN PASSWORD ${quoted}`);
  const { writerKey, readerKey } = workspace;
  signs = [...canarySigns, ...[writerKey, readerKey].flatMap((key) => key.split('\n').slice(1, 4))];
}, 120_000);
afterAll(async () => {
  workspace.remove();
  await test.stop();
});

const urlOf = (password: string, port = test.cluster?.port) =>
  `postgres://canary:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;

/** Runs an action with secrets everywhere; no secret may have got out on any way. */
async function runWithSecrets(name: ActionName, options: StepOptions = {}): Promise<ActionRunResult> {
  const run = await workspace.run(name, {
    ...options,
    watchFor: [...signs, 'dist/index.js'],
    inputs: { 'reader-key': workspace.readerKey, ...options.inputs },
    environment: {
      DATABASE_URL: urlOf(canaryPassword),
      UNRELATED_SECRET: canaryPassword,
      UNRELATED_BASE64: Buffer.from(canaryPassword).toString('base64'),
      MAIL_KEY: canaryKey,
      PGPASSWORD: canaryPassword,
      GITHUB_TOKEN: CANARY,
      RUNNER_DEBUG: '1',
      ...options.environment,
    },
  });
  const raw = `${run.stdout}\n${run.stderr}\n${run.post?.stdout ?? ''}${run.post?.stderr ?? ''}`;
  const unswallowed = raw.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const written = { raw: unswallowed.join('\n'), log: run.log, summary: run.summary, ...run.outputs };
  for (const text of [...Object.values(written), JSON.stringify(run.result ?? null)])
    expect(findCanary(text, signs)).toEqual([]);
  for (const file of run.files) expect(findCanary(readFileSync(join(run.runnerTemp, file), 'utf8'), signs)).toEqual([]);
  // The step itself was seen: the watch works.
  expect(run.exposed).toContainEqual(expect.stringContaining(`actions/${name}/dist/index.js`));
  expect(run.exposed.flatMap((line) => findCanary(line, signs))).toEqual([]);
  expectNothingLeft(run);
  return run;
}

describe('secrets in inputs and variables', () => {
  it('are in no log, summary, output, result, argument list or archive of a run that succeeds', async () => {
    const made = await runWithSecrets('backup', { event: { name: 'schedule' } });
    expect([made.exitCode, errorsOf(made)]).toEqual([0, []]);
    archive = made.outputs['archive'] ?? '';
    const content = gunzipSync(readFileSync(join(test.vaultDirectory, archive)));
    expect(findCanary(content.toString('latin1'), signs)).toEqual([]);
    expect(content.includes('manifest.json')).toBe(true);
    const verified = await runWithSecrets('verify', { inputs: { archive } });
    expect(verified.exitCode).toBe(0);
    const inputs = { archive, confirm: archive, 'dry-run': 'false', select: 'app' };
    const restored = await runWithSecrets('restore', { inputs });
    expect([restored.exitCode, errorsOf(restored)]).toEqual([0, []]);
  });

  it('are masked for the runner in every form before anything else is said of them', async () => {
    const { commands } = await runWithSecrets('backup', { event: { name: 'schedule' } });
    const masked = commands.filter(({ name }) => name === 'add-mask').map(({ value }) => value);
    const url = urlOf(canaryPassword);
    const lines = workspace.writerKey.split('\n').filter((line) => line.length > 8);
    for (const form of [url, canaryPassword, encodeURIComponent(canaryPassword), ...lines])
      expect(masked).toContain(form);
  });

  it('are shown nowhere where they hold line breaks, quotes, per cent signs and JSON (fault 127)', async () => {
    const hard = `${JSON.stringify({ password: CANARY, line: `\n${CANARY}` })}\n50%${CANARY}%41\r\n"'${CANARY}'"`;
    await test.cluster?.query('postgres', `CREATE ROLE hard SUPERUSER LOGIN PASSWORD ${quoteLiteral(hard)}`);
    const run = async (password: string) => {
      const url = `postgres://hard:${encodeURIComponent(password)}@127.0.0.1:${test.cluster?.port}/postgres`;
      return runWithSecrets('backup', { environment: { DATABASE_URL: url } });
    };
    const made = await run(hard);
    expect([made.exitCode, errorsOf(made)]).toEqual([0, []]);
    expect(made.summary).toContain(made.outputs['archive']);
    const refused = await run(`${hard}x`);
    expect([refused.exitCode, errorsOf(refused)]).toEqual([
      1,
      [expect.stringMatching(/password authentication failed/)],
    ]);
    expect(refused.summary).toContain('password authentication failed');
  });

  const failures: [string, () => StepOptions, RegExp][] = [
    [
      'a wrong password',
      () => ({ environment: { DATABASE_URL: urlOf(`${canaryPassword}x`) } }),
      /password authentication failed/,
    ],
    [
      'a connection string that is none',
      () => ({ environment: { DATABASE_URL: `host=x password=${CANARY}` } }),
      /not a URL/,
    ],
    [
      'a connection string that is half encoded',
      () => ({ environment: { DATABASE_URL: `postgres://u:%zz${CANARY}@h/d` } }),
      /begins no code/,
    ],
    ['a key that is none', () => ({ inputs: { 'writer-key': canaryKey } }), /key/],
    ['a key in one line', () => ({ inputs: { 'writer-key': canaryKey.replaceAll('\n', ' ') } }), /key/],
    ['a key in base64', () => ({ inputs: { 'writer-key': Buffer.from(canaryKey).toString('base64') } }), /key/],
  ];
  it.each(failures)('are in nothing that is said of %s', async (_, options, message) => {
    const run = await runWithSecrets('backup', options());
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)).toHaveLength(1);
    expect(errorsOf(run)[0]).toMatch(message);
  });

  it('are in nothing that is said of a key that the vault does not know, and of a database host that is none', async () => {
    const { privateKey } = await makeRsaKey('stranger');
    signs.push(...privateKey.split('\n').slice(1, 3));
    const stranger = await runWithSecrets('backup', { inputs: { 'writer-key': privateKey } });
    expect([stranger.exitCode, errorsOf(stranger)]).toEqual([1, [expect.stringMatching(/does not accept the key/)]]);
    const lost = await runWithSecrets('backup', {
      environment: { DATABASE_URL: urlOf(canaryPassword).replace('127.0.0.1', `${CANARY.toLowerCase()}.invalid`) },
    });
    expect([lost.exitCode, errorsOf(lost)]).toEqual([1, [expect.stringMatching(/\n/)]]);
  });
});

describe('hostile inputs', () => {
  const connections = () => test.sshVault?.sshd.log().match(/Connection from/g)?.length ?? 0;
  const longest = 'x'.repeat(131_000);
  const names = [
    '../x',
    '-rf',
    '$(id)',
    '`id`; rm -rf /',
    'backup_full_2026-02-30.tar.gz',
    'backup_full_2026-01-31.tar.gz\n::add-mask::a',
    'backup_full_２０２６-01-31.tar.gz',
    'x'.repeat(300),
    longest,
    '::error::injected',
    '##[error]injected',
    'latest\0'.replace('\0', '\u0001'),
  ];

  /** One annotation of ours, one line and what to do; no command that somebody else wrote; nothing touched. */
  async function expectRefused(name: ActionName, inputs: Record<string, string>): Promise<void> {
    const before = [connections(), ...readdirSync(test.vaultDirectory)];
    const run = await workspace.run(name, { inputs });
    expect([run.exitCode, run.outputs]).toEqual([1, {}]);
    const written = run.commands.filter((command) => !['add-mask', 'debug'].includes(command.name));
    expect(written.map((command) => command.name)).toEqual(['error']);
    const [message = '', ...next] = errorsOf(run)[0]?.split('\n') ?? [];
    expect(message.length).toBeLessThan(250);
    expect(next).toHaveLength(1);
    expect(run.summary.length).toBeLessThan(1500);
    expect([connections(), ...readdirSync(test.vaultDirectory)]).toEqual(before);
  }

  it.each(names.map((name) => [name.slice(0, 40), name]))(
    'as an archive are refused in one line: %j',
    async (_, name) => {
      await expectRefused('restore', {
        archive: name,
        confirm: name,
        'dry-run': 'false',
        'reader-key': workspace.readerKey,
      });
    },
  );

  it.each<[ActionName, string, string]>([
    ['verify', 'archive', '../../etc/passwd'],
    ['verify', 'level', 'full; id'],
    ['verify', 'config', longest],
    ['verify', 'config', 'a\n::error::injected'],
    ['backup', 'nightly', '$(id)'],
    ['backup', 'config', '/nonexistent/::error::injected.yml'],
    ['backup', 'allow-shrink', longest],
    ['backup', 'writer-key', longest],
    ['restore', 'select', `a\u001b[31m,b`],
    ['restore', 'to', 'a\nb'],
    ['restore', 'path', '../x'],
    ['restore', 'table', 'app.x'],
    ['restore', 'as', 'a\u001b[31mb'],
  ])('of %s as %s are refused in one line', async (name, input, value) => {
    await expectRefused(name, { archive: 'latest', [input]: value });
  });

  it('in names of selected sources reach nothing but the message', async () => {
    const select = '::error::injected,##[error]injected,$(id),../..';
    const run = await workspace.run('restore', { inputs: { archive, select, 'reader-key': workspace.readerKey } });
    expect([run.exitCode, run.outputs]).toEqual([1, {}]);
    expect(run.commands.filter(({ name }) => name === 'error')).toHaveLength(1);
    expect(run.commands.find(({ value }) => value === 'injected')).toBeUndefined();
  });

  it('in names of files, and in the configuration, are never commands to the runner', async () => {
    writeFiles(test.uploads, Object.fromEntries(injected.map((name) => [`new/${name}`, 'content'])));
    const run = await workspace.run('backup', { environment: { RUNNER_DEBUG: '1' } });
    expect(run.exitCode).toBe(0);
    expect(run.commands.filter(({ value }) => value.startsWith('injected'))).toEqual([]);
    expect(run.commands.map(({ name }) => name)).not.toContain('stop-commands');
    workspace.reconfigure((yaml) => `${yaml}"::error::injected": "##[error]injected"\n`);
    const refused = await workspace.run('backup');
    expect(refused.exitCode).toBe(1);
    expect(refused.commands.filter(({ name }) => name === 'error')).toHaveLength(1);
    expect(refused.commands.filter(({ value }) => value.startsWith('injected'))).toEqual([]);
  });
});
