import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { SshOptions } from '../../src/vault/client/ssh-options.ts';
import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import type { Transport } from '../../src/vault/client/transport.ts';
import { startSshVault, type SshVault } from '../fixtures/ssh-vault.ts';

const MIB = 1024 * 1024;
let vault: SshVault;
let folder: string;
const opened: Transport[] = [];

beforeAll(async () => {
  vault = await startSshVault(['writer', 'plain']);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-segments-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
  rmSync(folder, { recursive: true });
  rmSync(vault.incoming, { recursive: true, force: true });
});
afterAll(async () => {
  await vault.stop();
});

async function open(options: SshOptions): Promise<Transport> {
  const transport = await openSshTransport(options);
  opened.push(transport);
  return transport;
}

function makeSegment(sizeBytes: number): { name: string; path: string; bytes: Buffer } {
  const name = `${randomBytes(32).toString('hex')}.segment`;
  const path = join(folder, name);
  const bytes = randomBytes(sizeBytes);
  writeFileSync(path, bytes);
  return { name, path, bytes };
}

const listIncoming = () => (existsSync(vault.incoming) ? readdirSync(vault.incoming) : []);
const received = (name: string) => readFileSync(join(vault.incoming, name));

/** Waits until rsync's temporary file on the vault has grown to a size. */
async function waitForPart(name: string, sizeBytes: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 20) {
    const part = listIncoming().find((each) => each.startsWith(`.${name}`));
    if (part && (statSync(join(vault.incoming, part), { throwIfNoEntry: false })?.size ?? 0) >= sizeBytes) return;
    await sleep(20);
  }
  throw new Error(`no part of ${name} arrived: ${listIncoming().join(' ')}`);
}

/** Command lines of all that runs on this host. */
function readCommandLines(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

describe('an upload over SSH', () => {
  it.each(['writer', 'plain'])('brings several segments in one run, and counts the bytes (%s)', async (key) => {
    const segments = [makeSegment(MIB), makeSegment(300_000), makeSegment(1)];
    const transport = await open(vault.options(key));
    const { sentBytes } = await transport.upload(segments.map(({ path }) => path));
    expect(listIncoming().sort()).toEqual(segments.map(({ name }) => name).sort());
    for (const { name, bytes } of segments) expect(received(name).equals(bytes)).toBe(true);
    expect(sentBytes).toBeGreaterThan(MIB + 300_000);
    expect(sentBytes).toBeLessThan(MIB + 310_000);
  });

  it('sends nothing for no files, and repairs a segment of the right size with wrong content', async () => {
    const transport = await open(vault.options('writer'));
    expect(await transport.upload([])).toEqual({ sentBytes: 0 });
    const { name, path, bytes } = makeSegment(2 * MIB);
    await transport.upload([path]);
    const damaged = Buffer.from(bytes);
    damaged[MIB] = (damaged[MIB] ?? 0) ^ 1;
    writeFileSync(join(vault.incoming, name), damaged);
    expect((await transport.upload([path])).sentBytes).toBeLessThan(100_000);
    expect(received(name).equals(bytes)).toBe(true);
  });

  it('goes on in the next session where the network cut it, and never calls a short file done (faults 71, 72)', async () => {
    const { name, path, bytes } = makeSegment(16 * MIB);
    const slow = await open(vault.options('writer', { bandwidthLimitBytes: 8 * MIB, attempts: 1 }));
    const outcome = slow.upload([path]).then(
      () => 'done',
      (error: unknown) => error,
    );
    await waitForPart(name, 6 * MIB);
    vault.sshd.cutConnections();
    expect(await outcome).toMatchObject({ kind: 'vault', message: expect.stringContaining('broke off') });
    await slow.close();
    for (let waitedMs = 0; waitedMs < 5_000 && !listIncoming().includes(name); waitedMs += 20) await sleep(20);
    const arrivedBytes = received(name).length;
    expect(arrivedBytes).toBeGreaterThan(4 * MIB);
    expect(arrivedBytes).toBeLessThan(bytes.length);

    const { sentBytes } = await (await open(vault.options('writer'))).upload([path]);
    expect(received(name).equals(bytes)).toBe(true);
    expect(sentBytes).toBeLessThan(bytes.length - arrivedBytes + 100_000);
  });

  it('goes on by itself after a cut, over a new connection', async () => {
    const { name, path, bytes } = makeSegment(8 * MIB);
    const transport = await open(vault.options('writer', { bandwidthLimitBytes: 8 * MIB, attempts: 3 }));
    const pending = transport.upload([path]);
    await waitForPart(name, 2 * MIB);
    vault.sshd.cutConnections();
    const { sentBytes } = await pending;
    expect(received(name).equals(bytes)).toBe(true);
    expect(sentBytes).toBeLessThan(8 * MIB);
  });

  it('shows the key in no argument and no file beyond the login (faults 86, 127)', async () => {
    const text = readFileSync(vault.sshd.clientKeyPath('writer'), 'utf8').trimEnd();
    const options = vault.options('writer', { key: { text, name: 'WRITER_KEY' }, bandwidthLimitBytes: 4 * MIB });
    const transport = await open(options);
    const { name, path } = makeSegment(4 * MIB);
    const pending = transport.upload([path]);
    await waitForPart(name, MIB / 4);
    const lines = readCommandLines().join('\n');
    expect(lines).toContain(path);
    for (const part of text.split('\n').slice(1, 5)) expect(lines).not.toContain(part);
    expect(readdirSync(options.privateDirectory)).toEqual([]);
    await pending;
  });

  it('leaves no key file when the login fails, and removes those of killed runs', async () => {
    const text = readFileSync(vault.sshd.clientKeyPath('writer'), 'utf8');
    const options = vault.options('writer', { key: { text, name: 'WRITER_KEY' }, attempts: 1 });
    const transport = await open(options);
    await transport.call({ words: ['hello'] });
    writeFileSync(join(options.privateDirectory, 'ssh-key-4194305-0123456789abcdef'), 'old');
    // From now on the account knows no key.
    const authorized = join(vault.sshd.directory, 'authorized_keys');
    const lines = readFileSync(authorized);
    writeFileSync(authorized, '');
    try {
      const error: unknown = await transport.upload([makeSegment(10).path]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind: 'vault', message: expect.stringContaining('does not accept the key') });
    } finally {
      writeFileSync(authorized, lines);
    }
    expect(readdirSync(options.privateDirectory)).toEqual([]);
  });

  it.each(['signal', 'close'])('ends its programs and its connection when told to (%s)', async (how) => {
    const stop = new AbortController();
    const transport = await open(vault.options('writer', { bandwidthLimitBytes: MIB, signal: stop.signal }));
    const { name, path } = makeSegment(8 * MIB);
    const outcome = transport.upload([path]).then(
      () => 'done',
      (error: unknown) => error,
    );
    await waitForPart(name, 100_000);
    const [socket = ''] = /\/tc-\w+\/s\b/.exec(readCommandLines().find((line) => line.includes(path)) ?? '') ?? [];
    expect(socket).not.toBe('');
    if (how === 'signal') stop.abort(new Error('cancelled'));
    await transport.close();
    expect(String(await outcome)).toMatch(how === 'signal' ? 'cancelled' : 'closed');
    await sleep(100);
    expect(readCommandLines().filter((line) => line.includes(socket))).toEqual([]);
    expect(existsSync(join(tmpdir(), socket))).toBe(false);
  });

  it("goes through the vault's own program on a plain account whose directory needs quotes", async () => {
    const directory = join(vault.directory, 'it\'s "here" $HOME');
    mkdirSync(directory);
    const { name, path, bytes } = makeSegment(1000);
    await (await open(vault.options('plain', { directory }))).upload([path]);
    expect(readFileSync(join(directory, '.incoming', name)).equals(bytes)).toBe(true);
  });
});
