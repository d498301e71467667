import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureTree } from '../../../src/sources/files/measure-tree.ts';
import { describeFolders, listAdded, listMounted } from '../../../src/sources/files/way-back.ts';

let top: string;
let live: Buffer;
let staged: Buffer;
const inTop = (script: string) => void execFileSync('bash', ['-ec', script], { cwd: top });

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'continuity-way-back-'));
  inTop('mkdir live staged outside; echo secret > outside/secret');
  live = Buffer.from(join(top, 'live'));
  staged = Buffer.from(join(top, 'staged'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* names(...all: string[]) {
  for (const name of all) yield { name: Buffer.from(name) };
}

describe('what a way back needs', () => {
  it('names what is added, folders as a whole, and what changes between file and folder', async () => {
    inTop(String.raw`cd live; mkdir -p both/in to-file; echo 1 > both/in/same; echo 1 > to-folder; ln -s ../outside link; ln -s x to-link
      cd ../staged; mkdir -p both/in new/deep to-folder link; echo 2 > both/in/same; echo 2 > both/in/more; echo 2 > new/deep/x
      echo 2 > to-file; echo 2 > to-folder/x; echo 2 > link/secret; ln -s y to-link; echo 2 > $'odd\xff\n'`);
    const added = await collect(listAdded(live, staged));
    const expected = ['both/in/more', 'link', 'new', 'odd\xff\n', 'to-file', 'to-folder'];
    expect(added.map((name) => name.toString('latin1'))).toEqual(expected);
  });

  it('describes the folders that are there, never through a symbolic link, the root as it was', async () => {
    inTop(`cd live; mkdir -p a/b; ln -s ../outside link; echo f > file; chmod 2750 a/b
      touch -d '1969-12-31 23:59:59.123456789 UTC' a/b; touch -d '2001-02-03 04:05:06.777777777 UTC' a`);
    const wanted = names('up/', 'up/a/', 'up/a/b/', 'up/gone/', 'up/link/', 'up/file/');
    const found = await collect(describeFolders(live, 'up', wanted, 7n));
    expect(found.map(({ name, mode, mtimeNs }) => [name.toString(), mode, mtimeNs])).toEqual([
      ['up/', 0o755, 7n],
      ['up/a/', 0o755, 981_173_106_777_777_777n],
      ['up/a/b/', 0o2750, -876_543_211n],
    ]);
  });

  it('finds nothing mounted where nothing is', async () => {
    inTop('mkdir -p live/a/b staged/a/b live/new');
    async function* removals() {
      yield Buffer.from('new');
      yield Buffer.from('gone');
    }
    expect(await collect(listMounted(live, staged, removals()))).toEqual([]);
  });
});

describe('the space that a tree takes', () => {
  it('is that of what it alone holds', async () => {
    inTop(`head -c 100000 /dev/zero | tr '\\0' x > staged/own; head -c 500000 /dev/zero | tr '\\0' x > live/shared
      ln live/shared staged/shared; head -c 300000 /dev/zero | tr '\\0' x > staged/twice; ln staged/twice staged/again
      ln -s ../outside staged/link; truncate -s 50M staged/hole; sync staged/own staged/twice`);
    const size = await measureTree(staged.toString());
    expect(size?.entries).toBe(6);
    expect(size?.bytes).toBeGreaterThanOrEqual(400_000);
    expect(size?.bytes).toBeLessThan(490_000);
    expect(await measureTree(join(top, 'gone'))).toBeUndefined();
  });
});
