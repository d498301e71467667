import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lstat, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ArchiveDamage } from '../../src/archive/archive-damage.ts';
import { extractEntries } from '../../src/archive/gnu-tar.ts';
import { makeExtractionPlace, owner, type ExtractionPlace } from '../fixtures/extraction-place.ts';
import { readForeignEntries } from '../fixtures/foreign-entries.ts';
import { hostileTars, rawMember, rawTar } from '../fixtures/hostile-tar.ts';

let place: ExtractionPlace;
beforeAll(async () => {
  place = await makeExtractionPlace();
});
afterAll(() => place.remove());

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function extractForeign(tar: Buffer, directory: string): Promise<string[]> {
  const notes: string[] = [];
  const note = (name: Buffer, what: string): void => void notes.push(`${name.toString()}: ${what}`);
  const entries = readForeignEntries({ tar: once(tar), maxBytes: 1e9, ownerForRoot: owner, note });
  await extractEntries({ entries, directory });
  return notes;
}

describe('extracting a foreign archive', () => {
  it.each(Object.entries(hostileTars))('writes nothing outside: %s', async (_fault, tar) => {
    const directory = await place.makeStaging();
    await expect(extractForeign(tar, directory)).rejects.toBeInstanceOf(ArchiveDamage);
    expect(await readdir(dirname(directory))).toEqual(['staging']);
    expect((await readdir(tmpdir())).includes('escaped')).toBe(false);
  });

  it('leaves out links that point outside (49)', async () => {
    const link = (name: string, linkName: string): Buffer => rawMember({ name, type: '2', linkName });
    const directory = await place.makeStaging();
    const notes = await extractForeign(
      rawTar(
        rawMember({ name: 'd/', type: '5', mode: 0o755 }),
        link('d/absolute', '/etc/passwd'),
        link('d/above', '../../x'),
        link('d/inside', '../d/x'),
        link('d/root', '..'),
        link('d/wandering', 'root/../../x'),
        link('d/here', './x'),
      ),
      directory,
    );
    expect((await readdir(join(directory, 'd'))).sort()).toEqual(['here', 'inside', 'root']);
    expect(notes).toHaveLength(3);
  });

  it('masks bits and root’s ownership, and says so (53)', async () => {
    const directory = await place.makeStaging();
    const notes = await extractForeign(
      rawTar(
        rawMember({ name: 'd/', type: '5', mode: 0o3777, ...owner }),
        rawMember({ name: 'd/suid', mode: 0o6777, uid: 0, gid: 0 }, 'x'),
      ),
      directory,
    );
    const about = await lstat(join(directory, 'd/suid'));
    expect([about.mode & 0o7777, about.uid, about.gid]).toEqual([0o775, owner.uid, owner.gid]);
    expect((await lstat(join(directory, 'd'))).mode & 0o7777).toBe(0o775);
    expect(notes).toHaveLength(3);
  });

  it('stops a bomb at the room that there is (65)', async () => {
    const tar = async function* (): AsyncGenerator<Buffer> {
      yield rawMember({ name: 'bomb', size: 8 * 1024 ** 3 - 1 }).subarray(0, 512);
      for (;;) yield Buffer.alloc(1024 * 1024);
    };
    const entries = readForeignEntries({ tar: tar(), maxBytes: 10 * 1024 ** 2, note: () => undefined });
    await expect(extractEntries({ entries, directory: await place.makeStaging() })).rejects.toMatchObject({
      kind: 'space',
    });
  });
});
