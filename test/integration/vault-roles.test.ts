import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CARD_NAME } from '../../src/archive/layout.ts';
import { silent } from '../../src/logging/logger.ts';
import { acquireLock } from '../../src/system/lock.ts';
import { readReply } from '../../src/vault/protocol/reply.ts';
import type { Role } from '../../src/vault/protocol/words.ts';
import { serve } from '../../src/vault/server/serve.ts';
import { serveCommandLine } from '../../src/vault/server/serve-command.ts';
import type { Reply } from '../../src/vault/client/transport.ts';
import type { Night } from '../fixtures/assemble.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';

const [yesterday, today] = [nightName(-1), nightName()];

describe('what the keys of production and of a restore may do', () => {
  let vault: NightVault;
  let bundle: string;
  let first: Night;
  let second: Night;
  const logged: string[] = [];

  beforeAll(async () => {
    bundle = await bundleVault();
    vault = makeNightVault();
    const client = await vault.open();
    first = await vault.build(yesterday, { 'uploads/a': randomBytes(50_000) });
    await vault.send(client, yesterday, first);
    second = await vault.build(today, { 'uploads/b': 'b' });
    await vault.send(client, today, second);
  });
  afterAll(() => vault.remove());

  const ask = async (role: Role, words: string[], body: string | Buffer = ''): Promise<Reply> => {
    const output = new PassThrough();
    const log = { ...silent, error: (message: string) => void logged.push(message) };
    const input = Readable.from([Buffer.from(body)]);
    void serve({ directory: vault.directory, role, words, input, output, log, lockWaitMs: 100 });
    return await readReply(output);
  };

  it('has one full verification at a time, and says which is at work', async () => {
    const holder = `full verification of ${yesterday}`;
    const lock = await acquireLock(join(vault.directory, '.vault', 'verifying.lock'), { holder });
    try {
      await expect(ask('writer', ['verify', today, 'full'])).rejects.toMatchObject({
        kind: 'locked',
        message: expect.stringContaining(holder),
      });
      expect((await ask('writer', ['verify', today, 'seal'])).result).toMatchObject({ isSound: true });
    } finally {
      lock.release();
    }
    expect((await ask('writer', ['verify', today, 'full'])).result).toMatchObject({ isSound: true, level: 'full' });
  });

  it('100: production reads the newest index, and no older one, and no content at all', async () => {
    expect((await buffer((await ask('writer', ['index', today])).body!)).length).toBeGreaterThan(100);
    await expect(ask('writer', ['index', yesterday])).rejects.toMatchObject({ kind: 'refused' });
    await expect(ask('writer', ['read', today], '0,100\n')).rejects.toMatchObject({ kind: 'refused' });
    expect(JSON.stringify((await ask('writer', ['verify', yesterday, 'full'])).result)).not.toContain('uploads');
    expect(logged.at(-1)).toContain('a writer may not ask this vault for read');
  });

  it('100: production builds upon the newest archive only, lest tonight show what an older one held', async () => {
    const name = today.replace('.tar', '_10-00-00.tar');
    const sealUpon = (base: { name: string; index: string }): Promise<Reply> => {
      const recipe = `${JSON.stringify({ recipe: 1, base, segments: [] })}\n{"keep":1}\n`;
      return ask('writer', ['seal', name], gzipSync(recipe));
    };
    await expect(sealUpon({ name: yesterday, index: first.index })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('not the newest'),
    });
    // This one gets as far as its manifest, which the recipe left out.
    await expect(sealUpon({ name: today, index: second.index })).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringContaining('manifest.json'),
    });
  });

  it('nothing that a client sends writes lines of its own into the log', async () => {
    const lines: string[] = [];
    const output = new PassThrough();
    const code = await serveCommandLine({
      words: ['vault', 'serve', '--role', 'writer', '--path', vault.directory, 'seal', today],
      command: undefined,
      streams: () => ({ input: Readable.from([gzipSync('\u001b[2J\r{')]), output }),
      checkDump: () => Promise.resolve([]),
      complain: (line) => void lines.push(line),
    });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the recipe is not valid');
    expect(lines[0]).not.toMatch(/\p{Cc}/u);
  });

  it('a restore reads any index and any range, and adds nothing', async () => {
    expect((await ask('reader', ['index', yesterday])).result).toMatchObject({ index: first.index });
    const { body } = await ask('reader', ['read', yesterday], '4096,10\n');
    expect(await buffer(body!)).toEqual(readFileSync(join(vault.directory, yesterday)).subarray(4096, 4106));
    await expect(ask('reader', ['seal', today])).rejects.toMatchObject({ kind: 'refused' });
  });

  /** rsync as the client runs it; "ssh" is a script that does what sshd does with a forced command. */
  const rsync = (
    role: Role,
    options: string[],
    remotePath: string,
  ): Promise<{ code: number | null; stderr: string }> => {
    const shell = join(vault.base, `shell-${role}`);
    const serveWords = `'${process.execPath}' '${bundle}' vault serve --role ${role} --path '${vault.directory}'`;
    writeFileSync(shell, `#!/bin/sh\nshift\nSSH_ORIGINAL_COMMAND="$*" exec ${serveWords}\n`);
    chmodSync(shell, 0o755);
    const child = spawn('rsync', ['-e', shell, ...options, `vault:${remotePath}`]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
  };

  it('receives segments by rsync into the incoming area, whatever path was asked for', async () => {
    const [segment = ''] = first.segments;
    const ours = ['--partial', '--timeout=60', '--ignore-times', '--stats', segment];
    for (const path of ['./', '../', '/tmp/', `.vault/`]) expect((await rsync('writer', ours, path)).code).toBe(0);
    expect(readFileSync(join(vault.directory, '.incoming', basename(segment))).equals(readFileSync(segment))).toBe(
      true,
    );
    expect(readdirSync(vault.directory).sort()).toEqual(['.incoming', '.vault', CARD_NAME, yesterday, today].sort());
    expect((await rsync('reader', ours, './')).code).not.toBe(0);
  });

  it('89: ends an rsync that wants anything else, and says so', async () => {
    const source = join(vault.base, 'tree');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, today), 'overwritten');
    const before = readFileSync(join(vault.directory, today));
    for (const options of [
      ['-a'],
      ['--inplace'],
      ['--append'],
      ['-r', '--delete'],
      ['--remove-source-files'],
      ['--backup-dir=x'],
      ['-R'],
    ]) {
      const { code, stderr } = await rsync('writer', [...options, `${source}/`], '../');
      expect(code).not.toBe(0);
      expect(stderr).toContain('receives segments with rsync, and nothing else');
    }
    expect(readFileSync(join(vault.directory, today)).equals(before)).toBe(true);
  });
});
