import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PathChoice } from '../../../src/archive/path-choice.ts';
import type { TocLine } from '../../../src/archive/toc-line.ts';
import { compareTree, type CompareOptions } from '../../../src/sources/files/compare-tree.ts';
import { openFileSource } from '../../../src/sources/files/file-source.ts';
import { createHash } from 'node:crypto';

let root: string;
let lines: TocLine[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'continuity-compare-'));
  write({ 'a/1': 'one', 'a/2': 'two', 'b/c/d': 'deep', z: 'last' });
  linkSync(join(root, 'a/1'), join(root, 'b/link'));
  symlinkSync('a/1', join(root, 'symlink'));
  lines = await archive();
});
afterEach(() => void execFileSync('rm', ['-rf', root]));

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), content);
    utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
  }
}

/** The lines that an archive of the tree as it is now would have. */
async function archive(): Promise<TocLine[]> {
  const source = openFileSource({ name: 'up', path: root, exclude: [], allowUnreadable: [] });
  const found: TocLine[] = [];
  for await (const entry of source.entries) {
    const { name, type, mode, uid, gid, mtimeNs, size } = entry;
    const line = { name, type, mode, uid, gid, mtimeNs, offset: 0, ...(size ? { size } : {}) };
    if (entry.linkName) found.push({ ...line, linkName: entry.linkName });
    else if (type !== 'reg') found.push(line);
    else {
      const content = execFileSync('cat', [join(root, name.toString().slice(3))]);
      found.push({ ...line, digest: createHash('sha256').update(content).digest('hex') });
    }
  }
  return found;
}

async function compare(changes: Partial<CompareOptions> = {}): Promise<string[]> {
  async function* archived() {
    yield* lines;
  }
  const since = 0n;
  const found: string[] = [];
  for await (const { kind, relativeName } of compareTree({
    source: 'up',
    path: root,
    archived: archived(),
    archivedSinceNs: since,
    ...changes,
  })) {
    found.push(`${kind} ${relativeName.toString('latin1')}`);
  }
  // Times of folders change with everything in them.
  return found.filter((line) => !/^replace (.*\/)?$/.test(line));
}

describe('comparing a live tree with the archive', () => {
  it('finds no difference where there is none', async () => {
    expect(await compare()).toEqual([]);
  });

  it('sees through a forged time by content, but only where the inode was touched since', async () => {
    write({ 'a/2': 'TWO' });
    expect(await compare()).toEqual(['replace a/2']);
    expect(await compare({ archivedSinceNs: BigInt(Date.now() + 60_000) * 1_000_000n })).toEqual([]);
    // Kernel clocks are coarse: a change right after the walk began can look older.
    expect(await compare({ archivedSinceNs: BigInt(Date.now() + 500) * 1_000_000n })).toEqual(['replace a/2']);
  });

  it('lists a folder before what is in it, and what became something else as gone and new', async () => {
    rmSync(join(root, 'b'), { recursive: true });
    write({ b: 'a file now', 'z-extra/in': 'x' });
    rmSync(join(root, 'z'));
    mkdirSync(join(root, 'z'));
    expect(await compare()).toEqual([
      'remove b',
      'add b/',
      'add b/c/',
      'add b/c/d',
      'add b/link',
      'add z',
      'remove z-extra/',
      'remove z-extra/in',
      'remove z/',
      'replace a/1',
    ]);
  });

  it('takes all names of a file where one differs', async () => {
    rmSync(join(root, 'b/link'));
    expect(await compare()).toEqual(['add b/link', 'replace a/1']);
    write({ 'b/link': 'one' });
    expect(await compare()).toEqual(['replace b/link', 'replace a/1']);
  });

  it('takes the other names of a file that was changed behind its time', async () => {
    write({ 'a/1': 'ONE' });
    expect(await compare()).toEqual(['replace a/1', 'replace b/link']);
  });

  it('sees files of their own that became one', async () => {
    lines = lines.filter(({ name }) => !name.toString().endsWith('link'));
    rmSync(join(root, 'b/link'));
    write({ twin: 'two' });
    rmSync(join(root, 'symlink'));
    lines = await archive();
    rmSync(join(root, 'twin'));
    linkSync(join(root, 'a/2'), join(root, 'twin'));
    expect(await compare()).toEqual(['replace twin']);
  });

  it('leaves alone what no backup holds', async () => {
    write({ 'cache/x': 'x', 'a/y.tmp': 'y', '.continuity-kept-1/z': 'z' });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await compare({ exclude: ['cache/**', '**/*.tmp'] })).toEqual([]);
  });

  it('takes a missing folder for an empty one', async () => {
    execFileSync('rm', ['-rf', root]);
    const found = await compare();
    expect(found).toContain('add a/1');
    expect(found.every((line) => line.startsWith('add '))).toBe(true);
  });

  it('looks into no folder outside of a choice, and at nothing in it', async () => {
    const choice = PathChoice.parse(['up/b', 'up/*/1']);
    const chosen = lines.filter(({ name }) => choice.includes(name) || ['up/', 'up/a/'].includes(name.toString()));
    async function* archived() {
      yield* chosen;
    }
    write({ 'a/extra': 'x', 'c/d/e': 'x', 'b/extra': 'x' });
    // Reading a folder touches its access time where that is older than its content, unless the mount forbids it.
    const age = (name: string) => utimesSync(join(root, name), 1, 1_700_000_000);
    const wasRead = (name: string) => statSync(join(root, name)).atimeMs > 1000;
    const folders = ['a', 'b', 'c', 'c/d'];
    folders.forEach(age);
    readdirSync(join(root, 'c/d'));
    const tells = wasRead('c/d');
    folders.forEach(age);
    expect(await compare({ choice, archived: archived() })).toEqual(['remove b/extra']);
    expect(folders.filter(wasRead)).toEqual(tells ? ['a', 'b', 'c'] : []);
  });

  it('marks what lies on another file system below the folder', async () => {
    mkdirSync(join(root, 'mounted'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', join(root, 'mounted')], { stdio: 'ignore' });
    } catch {
      return;
    }
    try {
      write({ 'mounted/x': 'x' });
      async function* archived() {
        yield* lines;
      }
      const marked: string[] = [];
      for await (const { relativeName, isElsewhere } of compareTree({
        source: 'up',
        path: root,
        archived: archived(),
        archivedSinceNs: 0n,
      })) {
        if (isElsewhere) marked.push(relativeName.toString());
      }
      expect(marked).toEqual(['mounted/', 'mounted/x']);
    } finally {
      execFileSync('umount', [join(root, 'mounted')]);
    }
  });
});
