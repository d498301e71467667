import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findDifferences } from '../../scripts/demo/differences.ts';
import { countFiles, proveTree, type TreeProof } from '../../scripts/demo/tree-proof.ts';

const script = `umask 022; mkdir -p a/empty; echo one > a/one; ln a/one a/second; ln -s one a/link
  printf x > "$(printf 'caf\\351')"; truncate -s 1M a/sparse; touch -d @1700000000.123456789 a/one`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'continuity-tree-'));
  execFileSync('sh', ['-c', script], { cwd: root });
});
afterEach(() => rmSync(root, { recursive: true }));

async function differencesAfter(change: () => void): Promise<string[]> {
  const before = await proveTree(root);
  change();
  const compare = (tree: TreeProof) => ({ databases: new Map(), tree });
  return findDifferences(compare(before), compare(await proveTree(root)));
}

function run(command: string): void {
  execFileSync('sh', ['-c', command], { cwd: root });
}

describe('the proof of a tree', () => {
  it('knows each file once, and every name', async () => {
    const proof = await proveTree(root);
    expect([...proof.keys()]).toEqual(['', 'a', 'a/empty', 'a/link', 'a/one', 'a/second', 'a/sparse', 'caf\xe9']);
    expect(countFiles(proof)).toEqual({ files: 3, bytes: 4 + 1_048_576 + 1 });
    expect(proof.get('a/second')).toMatchObject({ sameFileAs: 'a/one', time: '1700000000123456789' });
    expect(await differencesAfter(() => undefined)).toEqual([]);
  });

  it.each<[string, () => void, RegExp]>([
    ['a time of a nanosecond less', () => run('touch -d @1700000000.123456788 a/one'), /time was 1700000000123456789/],
    ['another mode', () => chmodSync(join(root, 'a/empty'), 0o700), /mode was 0755, is 0700/],
    ['a hard link that is a copy', () => run('cp -p a/one a/copy; mv a/copy a/second'), /sameFileAs/],
    [
      'holes that are filled',
      () => run('cp --sparse=never a/sparse b; cat b > a/sparse; rm b'),
      /sparse was true, is false/,
    ],
    ['a file that is cut', () => truncateSync(join(root, 'a/sparse'), 3), /bytes was 1048576, is 3/],
    ['another name', () => renameSync(join(root, 'a/empty'), join(root, 'a/renamed')), /is missing/],
    [
      'a link that leads elsewhere',
      () => {
        unlinkSync(join(root, 'a/link'));
        symlinkSync('two', join(root, 'a/link'));
      },
      /target was one, is two/,
    ],
  ])('notices %s', async (_what, change, message) => {
    expect((await differencesAfter(change)).join('\n')).toMatch(message);
  });
});
