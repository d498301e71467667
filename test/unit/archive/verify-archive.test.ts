import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { verifyArchive, type VerifyOptions, type Verification } from '../../../src/archive/verify-archive.ts';
import type { Night } from '../../fixtures/assemble.ts';
import { inMemory, makeArchive, memoryEntry, readArchive, type Ingredients } from '../../fixtures/small-archive.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'verify-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function build(ingredients: Ingredients): Promise<{ night: Night; bytes: Buffer }> {
  const night = await makeArchive(join(root, String(++count)), ingredients);
  return { night, bytes: await readArchive(night) };
}

async function verify(bytes: Buffer, options: Partial<VerifyOptions> = {}): Promise<Verification> {
  return await verifyArchive({ archive: inMemory(bytes), ...options });
}

function places({ damage }: Verification): string[] {
  return damage.map(({ where }) => where);
}

const chunks = ['head', 'rows '.repeat(2000), 'tail'].map((text) => Buffer.from(text));
const rich: Ingredients = {
  entries: [
    memoryEntry('uploads/'),
    memoryEntry('uploads/caf\u00e9', { content: 'a' }),
    memoryEntry(Buffer.from('uploads/caf\xe8', 'latin1'), { content: 'b' }),
    memoryEntry('uploads/empty'),
    memoryEntry('uploads/hard', { type: 'hardlink', linkName: Buffer.from('uploads/caf\u00e9') }),
    memoryEntry('uploads/large', { content: Buffer.concat([randomBytes(5_000_000), Buffer.alloc(13_000_001)]) }),
    memoryEntry('uploads/link', { type: 'symlink', linkName: Buffer.from('/etc/passwd') }),
    memoryEntry(`uploads/${'long'.repeat(60)}`, { content: 'c', mode: 0o4755 }),
    memoryEntry('uploads/zeros', { content: Buffer.alloc(8 * 1024 * 1024) }),
  ],
  dumps: { 'db/app.sql': chunks },
};
const tiny: Ingredients = { entries: [memoryEntry('uploads/file', { content: 'some content' })], dumps: {} };

describe('verifyArchive', () => {
  it('finds a sound archive sound, and says what it checked (65: zeros that shrink a thousandfold too)', async () => {
    const { night, bytes } = await build(rich);
    const progress: number[] = [];
    const result = await verify(bytes, { index: night.index, onProgress: (done) => progress.push(done) });
    expect(result.damage).toEqual([]);
    expect(result.index).toBe(night.index);
    expect(result.manifest?.name).toBe('backup_full_2026-11-23.tar.gz');
    expect(result.checked).toMatchObject({ entries: 12, databases: ['app'], tables: 1 });
    expect(progress.at(-1)).toBe(night.extentBytes);
  });

  it('gives every dump to its check, whole, and lists what that finds', async () => {
    const { bytes } = await build(rich);
    const seen: string[] = [];
    const result = await verify(bytes, {
      checkDump: async (name, content, manifest) => {
        let text = '';
        for await (const piece of content) text += piece.toString();
        seen.push(`${name} ${text.length} ${Object.keys(manifest.databases).join()}`);
        return ['its trailer is missing'];
      },
    });
    expect(seen).toEqual([`db/app.sql ${Buffer.concat(chunks).length} app`]);
    expect(result.damage).toEqual([{ where: 'db/app.sql', what: 'its trailer is missing' }]);
  });

  it('checks a dump to its end though its check stops early', async () => {
    const { bytes } = await build(rich);
    const result = await verify(bytes, {
      checkDump: async (_name, content) => {
        for await (const piece of content) if (piece.length > 0) break;
        return [];
      },
    });
    expect(result).toMatchObject({ damage: [], checked: { entries: 12 } });
  });

  it('detects every byte of a small archive, flipped one at a time', async () => {
    const { bytes } = await build(tiny);
    expect((await verify(bytes)).damage).toEqual([]);
    const undetected: number[] = [];
    for (let place = 0; place < bytes.length; place++) {
      // Filler between members is covered by its extent's digest like all else: a sample of it will do.
      if (bytes[place] === 0 && bytes[place - 20] === 0 && bytes[place + 20] === 0 && place % 64 !== 0) continue;
      bytes[place] = (bytes[place] ?? 0) ^ 0xff;
      if ((await verify(bytes)).damage.length === 0) undetected.push(place);
      bytes[place] = (bytes[place] ?? 0) ^ 0xff;
    }
    expect(undetected).toEqual([]);
  }, 120_000);

  it('names every damaged file, and goes on behind it (6, 113)', async () => {
    const { night, bytes } = await build(rich);
    const lines = (await readFile(night.indexPath, 'utf8')).split('\n');
    const offsetOf = (name: string): number => {
      const line = lines.find((text) => text.startsWith(`{"name":"${name}"`)) ?? '';
      return Number(/"offset":(\d+)/.exec(line)?.[1]);
    };
    for (const name of ['uploads/large', 'uploads/zeros', 'db/app.sql']) {
      bytes[offsetOf(name) + 30] = (bytes[offsetOf(name) + 30] ?? 0) ^ 1;
    }
    const result = await verify(bytes, { index: night.index });
    expect(places(result)).toEqual(['uploads/large', 'uploads/zeros', 'db/app.sql']);
    expect(result.checked.extents).toBe(lines.filter((line) => line.startsWith('{"offset"')).length);
    expect(result.checked.entries).toBe(9);
    expect(result.checked.databases).toEqual([]);
  });

  it('names what is missing of an archive that was cut, where the vault has the index (63)', async () => {
    const { night, bytes } = await build(rich);
    const cut = bytes.subarray(0, night.extentBytes - 5000);
    expect(places(await verify(cut))).toEqual(['the footer']);
    const result = await verify(cut, { index: night.index, openIndexCopy: () => createReadStream(night.indexPath) });
    expect(places(result)).toEqual(expect.arrayContaining(['the footer', 'manifest.json', 'LISEZMOI.txt']));
    expect(result.checked.entries).toBe(10);
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['garbage behind it', (bytes) => Buffer.concat([bytes, Buffer.from('garbage')])],
    ['zeros behind it', (bytes) => Buffer.concat([bytes, Buffer.alloc(512)])],
    ['a foreign member behind it', (bytes) => Buffer.concat([bytes, gzipSync('foreign')])],
    ['no footer', (bytes) => bytes.subarray(0, -51)],
    ['half a footer', (bytes) => bytes.subarray(0, -20)],
    ['nothing at all', () => Buffer.alloc(0)],
    ['other bytes altogether', () => Buffer.from('this is no archive '.repeat(100))],
  ])('refuses an archive with %s (63)', async (_what, change) => {
    const { bytes } = await build(tiny);
    expect(places(await verify(change(bytes)))).toEqual(['the footer']);
  });

  it('says that it is not the archive that was asked for', async () => {
    const { bytes } = await build(tiny);
    const result = await verify(bytes, { index: 'ab'.repeat(32) });
    expect(result.damage).toEqual([
      { where: 'the index', what: expect.stringContaining(`expected ${'ab'.repeat(32)}`) },
    ]);
  });

  it('refuses a manifest of a newer format (70), and dumps and files that it does not name (59)', async () => {
    const newer = await build({ ...tiny, changeManifest: (manifest) => ({ ...manifest, format: 2 }) });
    await expect(verify(newer.bytes)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('newer'),
    });
    const poorer = await build({ ...rich, changeManifest: (manifest) => ({ ...manifest, databases: {}, files: {} }) });
    expect(places(await verify(poorer.bytes))).toEqual(['db/app.sql', 'uploads']);
    const richer = await build({
      ...tiny,
      changeManifest: (manifest) => ({
        ...manifest,
        globals: { 'db/globals.sql': { source: 'x', passwords: true, sizeBytes: 3, roles: [] } },
      }),
    });
    expect(places(await verify(richer.bytes))).toEqual(['db/globals.sql']);
  });
});
