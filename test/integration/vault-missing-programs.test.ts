import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serveCommandLine } from '../../src/vault/server/serve-command.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';

describe('141: a vault where a program is missing', () => {
  let base: string;
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'continuity-missing-'));
  });
  afterAll(() => rmSync(base, { recursive: true }));

  it('says that sudo is, and which package has it, in the form of the protocol', async () => {
    const settings = join(base, 'settings.yml');
    writeFileSync(settings, `directory: ${base}/vault\n`);
    const output = new PassThrough();
    const said: string[] = [];
    const code = await serveCommandLine({
      words: ['vault', 'serve', '--role', 'writer', '--settings', settings],
      command: 'hello',
      program: settings,
      searchPath: join(base, 'nothing'),
      streams: () => ({ input: Readable.from([]), output }),
      checkDump: () => Promise.resolve([]),
      complain: (line) => void said.push(line),
    });
    output.end();
    expect(code).toBe(1);
    expect(JSON.parse(await text(output))).toMatchObject({
      error: {
        kind: 'vault',
        message: expect.stringContaining('sudo is missing on the backup server (Debian package sudo)'),
      },
    });
    expect(said).toHaveLength(1);
  });

  it('takes uploads without prlimit, and says so in every greeting', async () => {
    const bundle = await bundleVault();
    const programs = join(base, 'programs');
    mkdirSync(programs);
    for (const name of readdirSync('/usr/bin').filter((each) => ['flock', 'rsync', 'sh'].includes(each))) {
      symlinkSync(join('/usr/bin', name), join(programs, name));
    }
    const directory = join(base, 'vault');
    const serve = [bundle, 'vault', 'serve', '--role', 'owner', '--path', directory];
    const environment = { PATH: programs };
    const { stdout } = spawnSync(process.execPath, [...serve, 'hello'], { env: environment, encoding: 'utf8' });
    const { result } = JSON.parse(stdout) as { result: { conditions: string[] } };
    expect(result.conditions.join()).toContain('prlimit is missing (Debian package util-linux)');
    const file = join(base, `${'a'.repeat(64)}.segment`);
    writeFileSync(file, 'content');
    const shell = join(base, 'shell');
    const words = [process.execPath, ...serve].map((word) => `'${word}'`).join(' ');
    writeFileSync(shell, `#!/bin/sh\nshift\nPATH='${programs}' exec ${words} "$@"\n`, { mode: 0o755 });
    const { status } = spawnSync('rsync', ['-e', shell, '--partial', file, 'vault:./']);
    expect(status).toBe(0);
    expect(readdirSync(join(directory, '.incoming'))).toHaveLength(1);
  });
});
