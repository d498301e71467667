import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ArchiveBuilder } from '../../../src/archive/archive-builder.ts';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { verifyArchive } from '../../../src/archive/verify-archive.ts';
import { buildNight, type Night } from '../../fixtures/assemble.ts';
import { inMemory, memoryEntry, readArchive } from '../../fixtures/small-archive.ts';
import { readTree } from '../../fixtures/read-tree.ts';

const run = promisify(execFile);
let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trees-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A tree as a value: content by path; the path's bytes as latin1, folders with their slash. */
type Node = { type: 'reg'; content: Buffer; version: number } | { type: 'symlink'; target: Buffer } | { type: 'dir' };
type Tree = Map<string, Node>;

interface Edit {
  path: string;
  node: Node | undefined;
}

const component = fc
  .uint8Array({ minLength: 1, maxLength: 255 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('/', '_').replaceAll('\0', '\x01'))
  .filter((name) => name !== '.' && name !== '..');
const shortName = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'b', 'a.b', 'a-', 'A', '-rf', 'caf\xe8', 'caf\xe9', 'cafe\xcc\x81', 'caf\xc3\xa9'),
  },
  { weight: 2, arbitrary: component },
);
const path = fc.array(shortName, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const content = fc
  .oneof(
    { weight: 4, arbitrary: fc.nat(300) },
    { weight: 2, arbitrary: fc.nat(70_000) },
    { weight: 1, arbitrary: fc.nat(200_000) },
  )
  .chain((size) => fc.tuple(fc.nat(5), fc.boolean()).map(([seed, isRandom]) => makeContent(size, seed, isRandom)));
const node: fc.Arbitrary<Node> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(content, fc.nat(1000))
      .map(([bytes, version]) => ({ type: 'reg' as const, content: bytes, version })),
  },
  { weight: 1, arbitrary: path.map((target) => ({ type: 'symlink' as const, target: Buffer.from(target, 'latin1') })) },
  { weight: 1, arbitrary: fc.constant({ type: 'dir' as const }) },
);
const edits = fc.array(
  fc.record<Edit>({
    path,
    node: fc.oneof({ weight: 4, arbitrary: node }, { weight: 1, arbitrary: fc.constant(undefined) }),
  }),
  { maxLength: 25 },
);

function makeContent(size: number, seed: number, isRandom: boolean): Buffer {
  if (!isRandom) return Buffer.alloc(size, `line ${seed}\n`);
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** Applies edits as a file system would: what stands in the way of a folder goes. */
function applyEdits(before: Tree, changes: readonly Edit[]): Tree {
  const tree: Tree = new Map(before);
  const remove = (name: string): void => {
    for (const key of [...tree.keys()])
      if (key === name || key === `${name}/` || key.startsWith(`${name}/`)) tree.delete(key);
  };
  for (const { path: name, node: change } of changes) {
    if (Buffer.byteLength(name, 'latin1') > 900) continue;
    const parts = name.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      if (tree.has(folder)) remove(folder);
      tree.set(`${folder}/`, { type: 'dir' });
    }
    remove(name);
    if (change) tree.set(change.type === 'dir' ? `${name}/` : name, change);
  }
  return tree;
}

/** The walk of a tree, in archive order; files of the same version and content are hard links of the first of them. */
function walk(tree: Tree): SourceEntry[] {
  const firsts = new Map<string, Buffer>();
  const sorted = [...tree].map(([name, value]) => [Buffer.from(`uploads/${name}`, 'latin1'), value] as const);
  sorted.sort(([a], [b]) => Buffer.compare(a, b));
  const entries = sorted.map(([name, value]): SourceEntry => {
    if (value.type === 'dir') return memoryEntry(name);
    if (value.type === 'symlink') return memoryEntry(name, { type: 'symlink', linkName: value.target, mode: 0o777 });
    const inode =
      value.version % 7 === 0
        ? `${value.version} ${value.content.length} ${createHash('md5').update(value.content).digest('hex')}`
        : '';
    const first = firsts.get(inode);
    if (inode && first) return memoryEntry(name, { type: 'hardlink', linkName: first });
    if (inode) firsts.set(inode, name);
    const identity = createHash('md5').update(value.content).digest('hex');
    return memoryEntry(name, { content: value.content, identity, settled: value.version % 5 !== 0 });
  });
  return [memoryEntry('uploads/'), ...entries];
}

async function addTree(builder: ArchiveBuilder, tree: Tree): Promise<{ readFiles: number }> {
  const outcome = await builder.addFiles(
    (async function* () {
      yield* walk(tree);
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

function describeTree(tree: Tree): Map<string, string> {
  const described = new Map<string, string>([['', 'dir']]);
  for (const [name, value] of tree) {
    const plain = name.replace(/\/$/, '');
    if (value.type === 'dir') described.set(plain, 'dir');
    else if (value.type === 'symlink') described.set(plain, `link ${value.target.toString('latin1')}`);
    else
      described.set(plain, `file ${value.content.length} ${createHash('sha256').update(value.content).digest('hex')}`);
  }
  return described;
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
        const files = walk(tree).filter(({ type }) => type === 'reg').length;
        expect(full.readFiles).toBe(files);
        if (walk(tree).every(({ settled }) => settled)) expect(second.readFiles).toBe(0);
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
