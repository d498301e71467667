import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TocLine } from '../../../src/archive/toc-line.ts';
import { alignDirectories } from '../../../src/sources/files/align-directories.ts';

const isRoot = process.getuid?.() === 0;
const mtimeNs = 1_600_000_000_123_456_789n;
let top: string;
let root: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'continuity-align-'));
  root = join(top, 'live');
  mkdirSync(root);
});
// Node itself does not reach paths that long.
afterEach(() => void execFileSync('rm', ['-rf', top]));

function align(names: (string | Buffer)[], mode = 0o2751): Promise<void> {
  async function* lines(): AsyncGenerator<TocLine, void, undefined> {
    for (const name of names) {
      const full = Buffer.concat([Buffer.from('up/'), Buffer.from(name)]);
      yield {
        name: full,
        type: 'dir',
        mode,
        uid: isRoot ? 33 : (process.getuid?.() ?? 0),
        gid: isRoot ? 34 : (process.getgid?.() ?? 0),
        mtimeNs,
        offset: 0,
      };
    }
  }
  return alignDirectories(Buffer.from(root), 'up', lines());
}

function expectAligned(path: string, mode = 0o2751): void {
  const stat = statSync(path, { bigint: true });
  expect(stat.mtimeNs).toBe(mtimeNs);
  expect(Number(stat.mode & 0o7777n)).toBe(mode);
  if (isRoot) expect([stat.uid, stat.gid]).toEqual([33n, 34n]);
}

it('gives the root and every folder below mode, owner and time, more of them than one tar takes', async () => {
  const names = Array.from({ length: 450 }, (_, number) => `d${number}/`);
  for (const name of ['a/b/', 'a/', 'caf\n é/', ...names]) mkdirSync(join(root, name), { recursive: true });
  await align(['', 'a/', 'a/b/', 'caf\n é/', ...names]);
  for (const name of ['', 'a', 'a/b', 'caf\n é', ...names]) expectAligned(join(root, name));
});

it('leaves alone what is no folder any more, and whatever a link leads to', async () => {
  const outside = join(top, 'outside');
  mkdirSync(join(outside, 'in'), { recursive: true, mode: 0o700 });
  symlinkSync(outside, join(root, 'link'));
  const before = statSync(join(outside, 'in'), { bigint: true });
  await align(['link/', 'link/in/', 'missing/']);
  const after = statSync(join(outside, 'in'), { bigint: true });
  expect([after.mode, after.mtimeNs, after.uid, after.ctimeNs]).toEqual([
    before.mode,
    before.mtimeNs,
    before.uid,
    before.ctimeNs,
  ]);
});

it('reaches folders deeper than any path may be long', async () => {
  const names = Array.from({ length: 30 }, (_, level) => `${level}-${'d'.repeat(190)}`);
  execFileSync('bash', ['-c', `for d in ${names.join(' ')}; do mkdir $d; cd $d; done`], { cwd: root });
  await align([`${names.join('/')}/`]);
  const found = execFileSync('find', ['.', '-name', '29-*', '-printf', '%T@ %m'], { cwd: root, encoding: 'utf8' });
  expect(found).toBe('1600000000.1234567890 2751');
});
