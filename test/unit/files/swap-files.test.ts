import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { countRenames, isUntouched } from '../../../src/sources/files/pending-renames.ts';
import { removeTree, swapFiles } from '../../../src/sources/files/swap-files.ts';

let top: string;
let root: string;
let staged: string;
let kept: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'continuity-swap-'));
  root = join(top, 'live');
  staged = join(root, '.continuity-new-x');
  kept = join(root, '.continuity-kept-x');
  for (const folder of [root, staged, kept]) mkdirSync(folder, { mode: 0o700 });
});
// Node itself does not reach paths that long.
afterEach(() => void execFileSync('rm', ['-rf', top]));

function write(folder: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function swap(...removals: (string | Buffer)[]) {
  async function* names() {
    for (const name of removals) yield Buffer.from(name);
  }
  return swapFiles({
    root: Buffer.from(root),
    staged: Buffer.from(staged),
    kept: Buffer.from(kept),
    removals: names(),
  });
}

const content = (...path: string[]) => readFileSync(join(...path), 'utf8');

describe('putting staged entries in place', () => {
  it('is refused where another folder has the name of one of ours, private and of the same owner though it is', async () => {
    write(root, { 'a/file': 'live' });
    write(staged, { 'a/file': 'forged' });
    const numberOf = (path: string) => String(statSync(path).ino);
    const inodes = { staged: numberOf(kept), kept: numberOf(kept) };
    const names = (async function* (): AsyncGenerator<Buffer> {})();
    const [live, fresh, old] = [root, staged, kept].map((path) => Buffer.from(path)) as [Buffer, Buffer, Buffer];
    await expect(swapFiles({ root: live, staged: fresh, kept: old, inodes, removals: names })).rejects.toMatchObject({
      kind: 'refused',
      message: `${staged} is not the folder that the restore made there`,
    });
    expect(content(root, 'a/file')).toBe('live');
    inodes.staged = numberOf(staged);
    const removals = (async function* (): AsyncGenerator<Buffer> {})();
    expect(await swapFiles({ root: live, staged: fresh, kept: old, inodes, removals })).toMatchObject({ placed: 1 });
  });

  it('replaces, adds and moves away, and keeps what was there', async () => {
    write(root, { 'a/same': '1', 'a/old': 'old', 'extra/x': 'x', gone: 'g' });
    write(staged, { 'a/old': 'new', 'b/c/added': 'added' });
    expect(await swap('extra/', 'extra/x', 'gone')).toEqual({ placed: 2, removed: 2 });
    expect(content(root, 'a/same')).toBe('1');
    expect(content(root, 'a/old')).toBe('new');
    expect(content(root, 'b/c/added')).toBe('added');
    expect(existsSync(join(root, 'extra'))).toBe(false);
    expect(content(kept, 'a/old')).toBe('old');
    expect(content(kept, 'extra/x')).toBe('x');
    expect(content(kept, 'gone')).toBe('g');
  });

  it('changes files to folders to links and back', async () => {
    write(root, { 'to-folder': 'file', 'to-file/in/it': 'deep', 'to-link/x': 'x' });
    symlinkSync('/nowhere', join(root, 'from-link'));
    write(staged, { 'to-folder/in': 'new', 'to-file': 'new' });
    symlinkSync('target', join(staged, 'to-link'));
    write(staged, { 'from-link/in': 'new' });
    await swap('from-link', 'to-file/', 'to-file/in/', 'to-file/in/it', 'to-folder', 'to-link/', 'to-link/x');
    expect(content(root, 'to-folder/in')).toBe('new');
    expect(content(root, 'to-file')).toBe('new');
    expect(readlinkSync(join(root, 'to-link'))).toBe('target');
    expect(content(root, 'from-link/in')).toBe('new');
    expect(content(kept, 'to-folder')).toBe('file');
    expect(content(kept, 'to-file/in/it')).toBe('deep');
    expect(content(kept, 'to-link/x')).toBe('x');
    expect(readlinkSync(join(kept, 'from-link'))).toBe('/nowhere');
  });

  it('goes on after an interruption anywhere, and leaves the same', async () => {
    write(root, { 'a/1': 'old', 'a/2': 'old', x: 'file', 'y/z': 'deep' });
    write(staged, { 'a/1': 'new', 'a/2': 'new', 'x/in': 'new', y: 'new' });
    const names = ['x', 'y/', 'y/z'];
    // As a killed run leaves it: one file kept by its second name, not yet replaced; one entry moved; one placed.
    mkdirSync(join(kept, 'a'));
    linkSync(join(root, 'a/1'), join(kept, 'a/1'));
    renameSync(join(root, 'x'), join(kept, 'x'));
    renameSync(join(staged, 'x'), join(root, 'x'));
    await swap(...names);
    await swap(...names);
    expect([content(root, 'a/1'), content(root, 'a/2'), content(root, 'x/in'), content(root, 'y')]).toEqual([
      'new',
      'new',
      'new',
      'new',
    ]);
    expect([content(kept, 'a/1'), content(kept, 'a/2'), content(kept, 'x'), content(kept, 'y/z')]).toEqual([
      'old',
      'old',
      'file',
      'deep',
    ]);
  });

  it('moves nothing away again that it has placed, where the name to be removed was gone the first time', async () => {
    write(staged, { kind: 'back' });
    await swap('kind');
    expect(await swap('kind')).toEqual({ placed: 0, removed: 0 });
    expect(content(root, 'kind')).toBe('back');
  });

  it('gives the folders around what it keeps the modes of the live ones', async () => {
    write(root, { 'a/b/gone': 'g' });
    chmodSync(join(root, 'a'), 0o2755);
    chmodSync(join(root, 'a/b'), 0o711);
    await swap('a/b/gone');
    expect(['a', 'a/b'].map((name) => statSync(join(kept, name)).mode & 0o7777)).toEqual([0o2755, 0o711]);
    expect(statSync(kept).mode & 0o777).toBe(0o700);
  });

  describe('by one rename', () => {
    const options = (...removals: string[]) => {
      const [live, fresh, old] = [root, staged, kept].map((path) => Buffer.from(path)) as [Buffer, Buffer, Buffer];
      async function* names() {
        for (const name of removals) yield Buffer.from(name);
      }
      return { root: live, staged: fresh, kept: old, removals: names() };
    };
    const look = (...removals: string[]) => isUntouched(options(...removals));

    it('can be told from more, whichever way it goes', async () => {
      const count = async (...removals: string[]) => {
        const found = await countRenames(options(...removals));
        for (const folder of [root, staged])
          for (const name of readdirSync(folder).filter((each) => !each.startsWith('.')))
            rmSync(join(folder, name), { recursive: true });
        return found;
      };
      write(root, { 's/old': 'old' });
      write(staged, { 's/portfolio/x': 'x', 's/portfolio/y': 'y' });
      expect(await count('s/gone')).toBe(1);
      write(root, { 's/old': 'old' });
      write(staged, { 's/old': 'new' });
      expect(await count()).toBe(1);
      write(root, { 's/portfolio/x': 'x' });
      expect(await count('s/portfolio')).toBe(1);
      write(root, { 's/portfolio/x': 'x', 's/old': 'old' });
      write(staged, { 's/old': 'new' });
      expect(await count('s/portfolio/')).toBe(2);
      write(root, { 's/old': 'old' });
      write(staged, { 's/old/x': 'folder over file' });
      expect(await count()).toBe(2);
    });

    it('shows by what is left whether that has happened', async () => {
      write(root, { 's/old': 'old' });
      write(staged, { 's/portfolio/x': 'x' });
      expect(await look()).toBe(true);
      // Somebody has begun it anew.
      write(root, { 's/portfolio/y': 'y' });
      expect(await look()).toBe(true);
      rmSync(join(root, 's/portfolio'), { recursive: true });
      renameSync(join(staged, 's/portfolio'), join(root, 's/portfolio'));
      expect(await look()).toBe(false);
      write(staged, { 's/old': 'new' });
      write(kept, { 's/other': 'moved away' });
      expect(await look()).toBe(false);
      rmSync(join(kept, 's/other'));
      linkSync(join(root, 's/old'), join(kept, 's/old'));
      expect(await look()).toBe(true);
      // Somebody has written it anew, as programs do.
      rmSync(join(root, 's/old'));
      write(root, { 's/old': 'newer' });
      expect(await look()).toBe(true);
      renameSync(join(staged, 's/old'), join(root, 's/old'));
      expect(await look()).toBe(false);
    });

    it('shows it also where something goes', async () => {
      write(root, { 's/portfolio/x': 'x' });
      expect(await look('s/portfolio')).toBe(true);
      mkdirSync(join(kept, 's'));
      renameSync(join(root, 's/portfolio'), join(kept, 's/portfolio'));
      expect(await look('s/portfolio')).toBe(false);
      // Somebody has begun it anew.
      write(root, { 's/portfolio/y': 'y' });
      expect(await look('s/portfolio')).toBe(false);
    });
  });

  it('keeps a name of 255 bytes beside another of that name', async () => {
    const name = 'n'.repeat(255);
    write(root, { [name]: 'younger' });
    write(kept, { [name]: 'older' });
    write(staged, { [name]: 'new' });
    await swap();
    expect(content(root, name)).toBe('new');
    expect(content(kept, name)).toBe('older');
    expect(content(kept, `${'n'.repeat(240)}~1`)).toBe('younger');
  });

  it('reaches what lies deeper than any path may be long', async () => {
    const deep = Array.from({ length: 30 }, (_, level) => `${level}-${'d'.repeat(190)}`).join('/');
    for (const folder of [root, staged])
      execFileSync(
        'bash',
        [
          '-c',
          `for d in ${deep.replaceAll('/', ' ')}; do mkdir $d; cd $d; done; echo ${folder === root ? 'old' : 'new'} > f`,
        ],
        { cwd: folder },
      );
    expect((await swap()).placed).toBe(1);
    const found = execFileSync('find', ['.', '-name', 'f', '-execdir', 'cat', '{}', ';'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(found.split('\n').sort().join()).toBe(',new,old');
    await removeTree(Buffer.from(kept));
    expect(existsSync(kept)).toBe(false);
  });
});

describe('an owner of the live folder who plants links', () => {
  let outside: string;
  beforeEach(() => {
    outside = join(top, 'outside');
    write(outside, { 'b/secret': 'secret' });
  });

  it('gets nothing written outside through a folder that became a link', async () => {
    write(staged, { 'a/b/secret': 'planted' });
    symlinkSync(outside, join(root, 'a'));
    await swap();
    expect(content(outside, 'b/secret')).toBe('secret');
    expect(content(root, 'a/b/secret')).toBe('planted');
    expect(lstatSync(join(root, 'a')).isDirectory()).toBe(true);
    expect(readlinkSync(join(kept, 'a'))).toBe(outside);
  });

  it('gets nothing moved out of another folder by a removal below a link', async () => {
    symlinkSync(outside, join(root, 'a'));
    expect(await swap('a/b/secret')).toEqual({ placed: 0, removed: 0 });
    expect(content(outside, 'b/secret')).toBe('secret');
  });

  it.each(['.continuity-new-x', '.continuity-kept-x'])(
    'is refused where %s became a link, or a folder of somebody else',
    async (name) => {
      write(root, { evil: 'x' });
      rmSync(join(root, name), { recursive: true });
      symlinkSync(outside, join(root, name));
      const before = statSync(outside).mtimeMs;
      if (name.includes('kept')) await expect(swap('evil')).rejects.toThrow(/is gone, so this is not/);
      else await swap();
      expect(existsSync(join(outside, 'evil'))).toBe(false);
      expect(existsSync(join(root, 'b'))).toBe(false);
      expect(statSync(outside).mtimeMs).toBe(before);
      rmSync(join(root, name));
      mkdirSync(join(root, name), { mode: 0o755 });
      await expect(swap('evil')).rejects.toThrow(/is not the folder that the restore made/);
    },
  );

  it('gets nothing outside deleted with what is forgotten', async () => {
    write(kept, { 'd/x': 'x' });
    symlinkSync(outside, join(kept, 'd/link'));
    await removeTree(Buffer.from(kept));
    expect(existsSync(kept)).toBe(false);
    expect(content(outside, 'b/secret')).toBe('secret');
    symlinkSync(outside, kept);
    await removeTree(Buffer.from(kept));
    expect(content(outside, 'b/secret')).toBe('secret');
  });
});

it('does not take the empty mount point of a folder that is not mounted for one that is done', async () => {
  rmSync(kept, { recursive: true });
  rmSync(staged, { recursive: true });
  await expect(swap('a')).rejects.toMatchObject({ kind: 'source' });
});
