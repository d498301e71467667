import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CommandDefinition } from '../../../scripts/commands/command.ts';
import { completeContext, configOption } from '../../../scripts/commands/context.ts';
import { runProgram } from '../../../scripts/program.ts';
import { version } from '../../../src/version.ts';
import { Failure } from '../../../src/logging/failure.ts';

const definitions: CommandDefinition[] = [
  {
    name: 'restore',
    summary: 'Puts an archive back.',
    example: 'npm run -s prod:restore -- latest --select app',
    arguments: [
      { name: 'archive', description: 'which one' },
      { name: 'path', description: 'what of it', isOptional: true },
    ],
    options: [
      { flags: '--select <names>', description: 'only these', isList: true },
      { flags: '--level <level>', description: 'how deep', choices: ['seal', 'full'], default: 'seal' },
      { flags: '--no-safety', description: 'no safety backup' },
    ],
    async run(context, args, options) {
      context.logger.info('planning');
      const config = await context.loadConfig();
      return {
        result: { args, options, root: config.root },
        exitCode: args[0] === 'old' ? 10 : 0,
        render: () => `restored ${args[0]}`,
      };
    },
  },
  {
    name: 'break',
    summary: 'Fails.',
    example: 'break',
    arguments: [{ name: 'how', description: 'how' }],
    run(_context, [how]) {
      if (how === 'colourfully') throw new Failure('failed', 'table \u001b[2J\u009b2J', 'Look at \u001b]0;x\u0007.');
      if (how === 'unexpectedly') throw new TypeError('x is undefined');
      throw new Failure('locked', 'first line\nsecond line', 'Wait.');
    },
  },
  {
    name: 'vault serve',
    summary: 'Serves.',
    example: 'vault serve --role writer',
    options: [{ flags: '--role <role>', description: 'for whom' }],
    run: () => Promise.resolve(undefined),
  },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'program-'));
  await writeFile(join(folder, 'continuity.yml'), 'vault: {path: backups}\n');
});
afterAll(() => rm(folder, { recursive: true }));

async function run(args: string[], environment: Record<string, string> = {}, workingDirectory = folder) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runProgram({
    name: 'continuity',
    description: 'Test program.',
    version: '1.2.3',
    definitions,
    commonOptions: [configOption],
    completeContext,
    args,
    environment,
    stdin: {},
    stdout,
    stderr,
    workingDirectory,
    signal: new AbortController().signal,
  });
  const read = (stream: PassThrough) => (stream.read() as Buffer | null)?.toString() ?? '';
  return { code, out: read(stdout), err: read(stderr) };
}

describe('a command', () => {
  it('shows its result to people, and its log on standard error', async () => {
    await expect(run(['restore', 'latest'])).resolves.toEqual({ code: 0, out: 'restored latest\n', err: 'planning\n' });
  });

  it('prints its result object alone with --json', async () => {
    const { out, err } = await run([
      'restore',
      'latest',
      'uploads',
      '--json',
      '--select',
      'app,odoo',
      '--select',
      'x',
      '--no-safety',
    ]);
    expect(JSON.parse(out)).toEqual({
      args: ['latest', 'uploads'],
      options: { json: true, select: ['app', 'odoo', 'x'], level: 'seal', safety: false },
      root: folder,
    });
    expect(err).toBe('planning\n');
  });

  it('has a terminal obey nothing that stands in a name or a message', async () => {
    const { out } = await run(['restore', 'a\u001b[2J\r\nb']);
    expect(out).toBe('restored a [2J \nb\n');
    const { err } = await run(['break', 'colourfully']);
    expect(err).toBe('error: table  [2J 2J\nnext: Look at  ]0;x .\n');
  });

  it('nor does it in JSON, which says the same', async () => {
    const hostile = 'a\u001b[2J\u009b2J\u0085\u007fé';
    const { out } = await run(['restore', hostile, '--json']);
    expect(JSON.parse(out)).toMatchObject({ args: [hostile] });
    const failed = await run(['break', 'colourfully', '--json']);
    expect(JSON.parse(failed.out)).toMatchObject({ error: { message: 'table \u001b[2J\u009b2J' } });
    for (const text of [out, failed.out]) expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it('decides on its exit code', async () => {
    await expect(run(['restore', 'old'])).resolves.toMatchObject({ code: 10 });
  });

  it('of two words runs, and may speak on standard output itself', async () => {
    await expect(run(['vault', 'serve', '--role', 'writer'])).resolves.toEqual({ code: 0, out: '', err: '' });
  });

  it('has help with an example, which is no failure', async () => {
    const { code, out } = await run(['restore', '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Example:\n  npm run -s prod:restore -- latest --select app');
    expect(out).toContain('--config <file>');
  });
});

describe('a failure', () => {
  it('is told once, with the next step, under its exit code', async () => {
    await expect(run(['break', 'kindly'])).resolves.toEqual({
      code: 8,
      out: '',
      err: 'error: first line\nerror: second line\nnext: Wait.\n',
    });
  });

  it('is an object for --json', async () => {
    const { out } = await run(['break', 'kindly', '--json']);
    expect(JSON.parse(out)).toEqual({ error: { kind: 'locked', message: 'first line\nsecond line', next: 'Wait.' } });
  });

  it('that nobody expected says so without a stack, and with one on request', async () => {
    const { code, err } = await run(['break', 'unexpectedly']);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: unexpected: x is undefined\nnext: .*--verbose.*\n$/);
    expect((await run(['break', 'unexpectedly', '--verbose'])).err).toContain('program.test.ts');
  });

  it.each([
    [['restor'], /unknown command 'restor'/],
    [['restore'], /missing required argument 'archive'/],
    [['restore', 'a', 'b', 'c'], /too many arguments/],
    [['restore', 'a', '--sel', 'b'], /unknown option '--sel'/],
    [['restore', 'a', '--level', 'deep'], /Allowed choices are seal, full/],
    [['restore', 'a', '--select', 'a,,b'], /Expected names/],
  ])('of usage is one: %j', async (args, message) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err.match(/error:/g)).toHaveLength(1);
    expect(err).toContain('next: See continuity --help.');
  });

  it('is asking for nothing: the help is shown', async () => {
    const { code, err } = await run([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: continuity');
  });

  it('names where a configuration was looked for', async () => {
    const { code, err } = await run(['restore', 'latest', '--config', 'other.yml']);
    expect(code).toBe(3);
    expect(err).toContain(join(folder, 'other.yml'));
    expect((await run(['restore', 'latest'], {}, tmpdir())).err).toContain('/etc/skills-hub/continuity.yml');
  });
});

describe('flags that npm kept', () => {
  it('fault 129: stop the command before it does anything', async () => {
    const environment = { npm_lifecycle_event: 'prod:restore', npm_config_select: 'true' };
    const { code, out, err } = await run(['restore', 'latest', 'app'], environment);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toContain('planning');
  });
});

it('the version is that of package.json', async () => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(version).toBe((JSON.parse(text) as { version: string }).version);
});

it('ends in silence, and at once, where nobody reads any further', () => {
  const root = join(import.meta.dirname, '../../..');
  const program = `'${process.execPath}' --import ./scripts/typescript.mjs test/fixtures/long-program.ts count`;
  const script = `set -o pipefail; ${program} | head -2`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' });
  expect([stdout, stderr, status]).toEqual(['1\n2\n', '', 0]);
});
