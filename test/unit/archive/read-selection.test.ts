import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveDamage } from '../../../src/archive/archive-damage.ts';
import { IndexReader } from '../../../src/archive/index-reader.ts';
import { readOwnEntries } from '../../../src/archive/own-entries.ts';
import { readExtents } from '../../../src/archive/read-extents.ts';
import { chooseExtents, selectEntries, type Selection } from '../../../src/archive/select-entries.ts';
import type { Night } from '../../fixtures/assemble.ts';
import { makeArchive, memoryEntry, readArchive } from '../../fixtures/small-archive.ts';

let root: string;
let night: Night;
let archive: Buffer;
const large = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(17_000_000)]);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'selection-'));
  night = await makeArchive(join(root, 'night'), {
    entries: [
      memoryEntry('a/'),
      memoryEntry('a/first', { content: 'one' }),
      memoryEntry('a/large', { content: large }),
      memoryEntry('a/setgid/', { mode: 0o2775 }),
      memoryEntry('a/setuid', { content: 'x', mode: 0o6755 }),
      memoryEntry('b/'),
      memoryEntry('b/link', { type: 'hardlink', linkName: Buffer.from('a/first') }),
    ],
  });
  archive = await readArchive(night);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const openIndex = (): Promise<IndexReader> => IndexReader.open(createReadStream(night.indexPath));
const select = (pattern: RegExp): Promise<Selection> =>
  selectEntries(openIndex, (name) => pattern.test(name.toString()));

async function read({ ordinals, ranges, linkTargets }: Selection, pattern: RegExp, bytes = archive) {
  const source = async function* (): AsyncGenerator<Buffer> {
    for (const { offset, length } of ranges) yield bytes.subarray(offset, offset + length);
  };
  const notes: string[] = [];
  const contents = new Map<string, Buffer>();
  const extents = readExtents(chooseExtents(await openIndex(), ordinals), source());
  const wants = (name: Buffer): boolean => pattern.test(name.toString()) || linkTargets.has(name.toString('latin1'));
  const note = (name: Buffer, what: string): void => void notes.push(`${name.toString()}: ${what}`);
  for await (const { header, body } of readOwnEntries(extents, { note, wants })) {
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    contents.set(`${header.name.toString()} ${header.mode.toString(8)}`, Buffer.concat(pieces));
  }
  return { notes, contents };
}

describe('a choice of entries', () => {
  it('is read from their extents alone, large ones chunk by chunk', async () => {
    const selection = await select(/^a\/large$/);
    expect(selection).toMatchObject({ entries: 1, contentBytes: large.length, linkTargets: new Set() });
    expect(selection.ordinals).toHaveLength(4);
    expect(selection.ranges).toHaveLength(1);
    const { contents } = await read(selection, /^a\/large$/);
    expect([...contents.keys()]).toEqual(['a/large 644']);
    expect(contents.get('a/large 644')?.equals(large)).toBe(true);
  });

  it('brings the target of a hard link with it', async () => {
    const selection = await select(/^b\/link$/);
    expect([...selection.linkTargets]).toEqual(['a/first']);
    const { contents } = await read(selection, /^b\/link$/);
    expect(contents.get('a/first 644')?.toString()).toBe('one');
    expect([...contents.keys()]).toEqual(['a/first 644', 'b/link 644']);
  });

  it('is empty where nothing is wanted', async () => {
    const selection = await select(/nothing/);
    expect(selection).toMatchObject({ ordinals: [], ranges: [], entries: 0 });
    expect((await read(selection, /nothing/)).contents.size).toBe(0);
  });

  it('comes without setuid and setgid on files, and keeps them on directories (36)', async () => {
    const { contents, notes } = await read(await select(/^a\/set/), /^a\/set/);
    expect([...contents.keys()]).toEqual(['a/setgid/ 2775', 'a/setuid 755']);
    expect(notes).toEqual(['a/setuid: mode 6755 becomes 755']);
  });

  it('is refused where its bytes are not those of the index, before anything is decompressed (67)', async () => {
    const selection = await select(/^a\/large$/);
    for (const place of [5, 5000, 9_000]) {
      const changed = Buffer.from(archive);
      const at = (selection.ranges[0]?.offset ?? 0) + place;
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(read(selection, /large/, changed)).rejects.toMatchObject({
        where: 'a/large',
        what: /not those of the index/,
      });
    }
    await expect(read({ ...selection, ranges: [] }, /large/)).rejects.toBeInstanceOf(ArchiveDamage);
  });
});
