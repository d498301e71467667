import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import { buildNight } from '../../fixtures/assemble.ts';
import { inMemory, makeArchive, memoryEntry, readArchive } from '../../fixtures/small-archive.ts';

const MIB = 1024 * 1024;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'races-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

function listWithTar(options: string, path: string): string {
  return execFileSync('tar', [options, path], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
}

describe('what changes under the reader', () => {
  const racing = (name: string, seen: number, found: number, oddity?: string): SourceEntry => ({
    ...memoryEntry(name, { content: Buffer.alloc(Math.max(seen, 1), 'x') }),
    size: seen,
    open: () =>
      Promise.resolve({
        size: found,
        read: (target: Buffer) => Promise.resolve(target.fill('y').length),
        close: () => Promise.resolve(oddity),
      }),
  });

  it.each([
    ['a small file that has grown', 100, 50_000],
    ['a small file that has shrunk to nothing', 60_000, 0],
    ['a large file that has shrunk to a small one', 20 * MIB, 1000],
    ['a large file that has shrunk to nothing', 20 * MIB, 0],
  ])('leaves a well-formed archive: %s', async (what, seen, found) => {
    const changed = racing('uploads/racing', seen, found, 'changed while it was read');
    const made = await makeArchive(join(root, what), {
      entries: [
        memoryEntry('uploads/'),
        memoryEntry('uploads/a', { content: 'a' }),
        changed,
        memoryEntry('uploads/z', { content: 'z' }),
      ],
    });
    expect((await verifyArchive({ archive: inMemory(await readArchive(made)) })).damage).toEqual([]);
    expect(listWithTar('-tvzf', made.path)).toMatch(new RegExp(` ${found} .* uploads/racing`));
  });

  it('is read again the next night, though nothing but the reading was odd', async () => {
    const odd = racing('uploads/odd', 100, 100, 'changed while it was read');
    const add = (entry: SourceEntry) => async (builder: Parameters<Parameters<typeof buildNight>[2]>[0]) => {
      const outcome = await builder.addFiles(
        (async function* () {
          yield entry;
        })(),
      );
      readFiles.push(outcome.readFiles);
      changes.push(outcome.changed.length);
    };
    const readFiles: number[] = [];
    const changes: number[] = [];
    const first = await buildNight(join(root, 'odd 1'), undefined, add(odd));
    const second = await buildNight(join(root, 'odd 2'), first, add(racing('uploads/odd', 100, 100)));
    await buildNight(join(root, 'odd 3'), second, add(racing('uploads/odd', 100, 100)));
    expect(readFiles).toEqual([1, 1, 0]);
    expect(changes).toEqual([1, 0, 0]);
  });

  it('is left out where it vanished, and the rest of its extent stays', async () => {
    const gone: SourceEntry = { ...racing('uploads/gone', 10, 10), open: () => Promise.resolve(undefined) };
    const made = await makeArchive(join(root, 'gone'), {
      entries: [memoryEntry('uploads/a', { content: 'a' }), gone, memoryEntry('uploads/z', { content: 'z' })],
    });
    expect(listWithTar('-tzf', made.path)).toMatch(/^uploads\/a\nuploads\/z\nLISEZMOI/);
  });
});
