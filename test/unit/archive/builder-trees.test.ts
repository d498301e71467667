import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ArchiveBuilder } from '../../../src/archive/archive-builder.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import { buildNight, type Night } from '../../fixtures/assemble.ts';
import { applyEdits, describeTree, edits, makeContent, walkTree, type Tree } from '../../fixtures/random-tree.ts';
import { readTree } from '../../fixtures/read-tree.ts';
import { inMemory, readArchive } from '../../fixtures/small-archive.ts';

const run = promisify(execFile);
let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trees-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function addTree(builder: ArchiveBuilder, tree: Tree): Promise<{ readFiles: number }> {
  const outcome = await builder.addFiles(
    (async function* () {
      yield* walkTree(tree);
    })(),
  );
  const texts = { mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n };
  const now = '2026-11-23T03:00:00.000Z';
  const files = {
    files: 1,
    directories: 1,
    links: 0,
    bytes: 0,
    walkStarted: now,
    walkEnded: now,
    skipped: [],
    changed: [],
  };
  const manifest = {
    format: 1,
    name: 'backup_full_2026-11-23.tar.gz',
    trigger: 'nightly',
    toolVersion: '0',
    started: now,
    ended: now,
    databases: {},
    globals: {},
    files: { uploads: files },
    warnings: [],
  };
  await builder.addText({ ...texts, name: Buffer.from('LISEZMOI.txt') }, Buffer.from('tar xzf'));
  await builder.addText({ ...texts, name: Buffer.from('manifest.json') }, Buffer.from(JSON.stringify(manifest)));
  return outcome;
}

async function build(
  tree: Tree,
  previous: Night | undefined,
  rereadsAll = false,
): Promise<Night & { readFiles: number }> {
  let readFiles = 0;
  const night = await buildNight(
    join(root, `night-${++count}`),
    previous,
    async (builder) => {
      ({ readFiles } = await addTree(builder, tree));
    },
    { rereadsAll },
  );
  return { ...night, readFiles };
}

async function extract(night: Night): Promise<Map<string, string>> {
  const target = join(root, `extracted-${++count}`);
  await mkdir(target);
  try {
    const { stderr } = await run('tar', ['xzf', night.path, '-C', target], { env: { ...process.env, LC_ALL: 'C' } });
    expect(stderr).toBe('');
    return await readTree(Buffer.from(join(target, 'uploads')));
  } finally {
    await rm(target, { recursive: true });
  }
}

const sorted = (map: Map<string, string>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe('any tree, over any sequence of nights', () => {
  it('is in the archive as it was, for GNU tar and for our strict reader, and does not depend on the nights before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), async (nights) => {
        let tree: Tree = new Map();
        let night: Night | undefined;
        for (const changes of nights) {
          tree = applyEdits(tree, changes);
          night = await build(tree, night);
        }
        if (!night) return;
        // What was taken over from the nights before is what a first night would have made.
        const scratch = await build(tree, undefined, true);
        expect(night.index).toBe(scratch.index);
        const bytes = await readArchive(night);
        expect(bytes.equals(await readArchive(scratch))).toBe(true);
        const { damage } = await verifyArchive({ archive: inMemory(bytes), index: night.index });
        expect(damage).toEqual([]);
        expect(sorted(await extract(night))).toEqual(sorted(describeTree(tree)));
      }),
      { numRuns: 30 },
    );
  }, 180_000);

  it('costs nothing where nothing changed, and reading all of it again gives nothing new', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const tree = applyEdits(new Map(), changes);
        const first = await build(tree, undefined);
        const second = await build(tree, first);
        const full = await build(tree, first, true);
        expect([second.index, full.index]).toEqual([first.index, first.index]);
        expect([second.newExtentBytes, full.newExtentBytes]).toEqual([0, 0]);
        expect([second.segments, full.segments]).toEqual([[], []]);
        const files = walkTree(tree).filter(({ type }) => type === 'reg').length;
        expect(full.readFiles).toBe(files);
        if (walkTree(tree).every(({ settled }) => settled)) expect(second.readFiles).toBe(0);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('makes the same segments again, so that a cut transfer can go on in the next run', async () => {
    const tree = applyEdits(new Map(), [
      { path: 'a', node: { type: 'reg', content: makeContent(200_000, 1, true), version: 1 } },
      { path: 'b', node: { type: 'reg', content: makeContent(30_000_000, 2, true), version: 1 } },
    ]);
    const [one, other] = [await build(tree, undefined), await build(tree, undefined)];
    const digests = async ({ segments }: Night) =>
      await Promise.all(
        segments.map(async (file) =>
          createHash('sha256')
            .update(await readFile(file))
            .digest('hex'),
        ),
      );
    expect(await digests(one)).toEqual(await digests(other));
    expect(one.segments.map((file) => file.split('/').at(-1))).toEqual(
      other.segments.map((file) => file.split('/').at(-1)),
    );
  });
});
