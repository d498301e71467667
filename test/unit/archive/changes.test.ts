import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FilesOutcome } from '../../../src/archive/files-packer.ts';
import type { SourceEntry } from '../../../src/archive/source-entry.ts';
import { buildNight, type Night } from '../../fixtures/assemble.ts';
import { memoryEntry } from '../../fixtures/small-archive.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'changes-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** A file as it differs: content of so many bytes, its seed, and the second of its last change. */
interface FileState {
  size: number;
  seed: number;
  second: number;
}
/** By path; those with a size of -1 are symbolic links. */
type Tree = ReadonlyMap<string, FileState>;

const name = fc.oneof(fc.constantFrom('a', 'b', 'a.b', 'a-', 'é', 'z'), fc.integer({ min: 0, max: 40 }).map(String));
const path = fc.tuple(fc.constantFrom('uploads', 'videos'), name, name).map((parts) => parts.join('/'));
const state = fc.record<FileState>({
  size: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -1, max: 400 }) },
    { weight: 1, arbitrary: fc.constant(70_000) },
  ),
  seed: fc.nat(1),
  second: fc.nat(1),
});
const tree = fc.array(fc.tuple(path, state), { maxLength: 120 }).map((files) => new Map(files));

function contentOf({ size, seed }: FileState): Buffer {
  return Buffer.alloc(Math.max(0, size), `line ${seed}\n`);
}

function walk(files: Tree, unsettled: ReadonlySet<string> = new Set()): SourceEntry[] {
  const entries = new Map<string, SourceEntry>();
  for (const [file, value] of files) {
    const parts = file.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = `${parts.slice(0, depth).join('/')}/`;
      // Folders' times follow what is in them, as on a disk.
      entries.set(folder, memoryEntry(folder, { mtimeNs: BigInt(files.size) * 1_000_000_000n }));
    }
    const content = contentOf(value);
    const identity = createHash('md5').update(content).digest('hex');
    const times = { mtimeNs: BigInt(value.second) * 1_000_000_000n, settled: !unsettled.has(file) };
    const link = { type: 'symlink', linkName: Buffer.from(`to ${value.seed}`) } as const;
    entries.set(file, memoryEntry(file, value.size < 0 ? { ...link, ...times } : { content, identity, ...times }));
  }
  return [...entries.values()].sort((a, b) => Buffer.compare(a.name, b.name));
}

async function build(entries: readonly SourceEntry[], previous?: Night, rereadsAll = false, dumps: Buffer[][] = []) {
  let outcome: FilesOutcome | undefined;
  const night = await buildNight(
    join(root, `night-${++count}`),
    previous,
    async (builder) => {
      outcome = await builder.addFiles(
        (async function* () {
          yield* entries;
        })(),
      );
      for (const [position, chunks] of dumps.entries()) {
        const entry = {
          name: Buffer.from(`db/app${position}.sql`),
          mode: 0o600,
          uid: 0,
          gid: 0,
          mtimeNs: BigInt(count),
        };
        await builder.addDump(
          entry,
          (async function* () {
            yield* chunks;
          })(),
        );
      }
    },
    { rereadsAll },
  );
  return { night, outcome: outcome as FilesOutcome };
}

/** The same by the plainest comparison of two whole trees. */
function compareTrees(before: Tree, now: Tree) {
  const expected: Record<string, unknown> = {};
  for (const source of ['uploads', 'videos']) {
    const inSource = ([file]: [string, unknown]): boolean => file.startsWith(`${source}/`);
    const [old, fresh] = [[...before].filter(inSource), [...now].filter(inSource)];
    const same = (a: FileState, b: FileState): boolean =>
      a.second === b.second &&
      (a.size < 0 || b.size < 0 ? a.size === b.size && a.seed === b.seed : contentOf(a).equals(contentOf(b)));
    const added = fresh.filter(([file]) => !before.has(file));
    const changed = fresh.filter(([file, value]) => before.has(file) && !same(before.get(file) as FileState, value));
    const removed = old.filter(([file]) => !now.has(file)).length;
    const bytes = [...added, ...changed].reduce((sum, [, { size }]) => sum + Math.max(0, size), 0);
    if (added.length + changed.length + removed === 0) continue;
    expected[source] = { added: added.length, changed: changed.length, removed, bytes };
  }
  return expected;
}

describe('what changed since the night before', () => {
  it('is what a comparison of both trees finds, also where everything is read again or may have changed just now', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.boolean(), fc.boolean(), async (before, other, isAlike, rereadsAll) => {
        // Two unrelated trees, or the second one an edit of the first.
        const now = isAlike ? new Map([...before, ...[...other].slice(0, 6)].slice(Math.min(3, other.size))) : other;
        const { night } = await build(walk(before));
        const unsettled = new Set([...now.keys()].filter((_file, position) => position % 9 === 0));
        const { outcome } = await build(walk(now, unsettled), night, rereadsAll);
        expect(Object.fromEntries(outcome.changes)).toEqual(compareTrees(before, now));
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('is nothing at all on a first night', async () => {
    const { outcome } = await build(walk(new Map([['uploads/a/b', { size: 3, seed: 1, second: 1 }]])));
    expect([...outcome.changes]).toEqual([]);
  });

  it('counts a folder of thousands of files that is gone, and a file that vanished before it was read', async () => {
    const plain: FileState = { size: 5, seed: 1, second: 1 };
    const old = Array.from({ length: 3000 }, (_, n): [string, FileState] => [`uploads/m/${n}`, plain]);
    const edge = ['uploads/a/first', 'uploads/z/last'].map((file): [string, FileState] => [file, plain]);
    const { night } = await build(walk(new Map([...edge, ...old])));
    const entries = walk(new Map(edge)).map((entry) =>
      entry.name.toString() === 'uploads/z/last'
        ? { ...entry, identity: 'touched', open: () => Promise.resolve(undefined) }
        : entry,
    );
    const { outcome } = await build(entries, night);
    expect(outcome.changes.get('uploads')).toEqual({ added: 0, changed: 0, removed: 3001, bytes: 0 });
  });

  it('tells large files that grew from those that were only read again', async () => {
    const large = (size: number): FileState => ({ size, seed: 1, second: 1 });
    const first = new Map([
      ['uploads/a/film', large(17_000_000)],
      ['uploads/a/other', large(9_000_000)],
    ]);
    const { night } = await build(walk(first));
    const now = new Map([...first, ['uploads/a/film', large(17_000_001)]]);
    const { outcome } = await build(walk(now), night, true);
    expect(outcome.changes.get('uploads')).toEqual({ added: 0, changed: 1, removed: 0, bytes: 17_000_001 });
  });
});

describe('dumps', () => {
  /** A dump as it is cut: psql's key, the content, psql's key again. */
  const dump = (key: string, ...content: string[]): Buffer[] =>
    [`--\n\\restrict ${key}\n`, ...content, `\\unrestrict ${key}\n`].map((text) => Buffer.from(text));
  const stateOf = (from: FilesOutcome['dumpsBefore'], to: Night['dumps'], position: number): boolean =>
    from.get(`db/app${position}.sql`)?.identity === to.get(`db/app${position}.sql`)?.identity;

  it('are the same where only the random key of psql differs, and changed by any other byte', async () => {
    const old = [
      dump('one', 'a'.repeat(900), 'b'.repeat(900)),
      dump('one', 'a'.repeat(900), 'b'.repeat(900)),
      dump('one', 'a'.repeat(900)),
      // From a pg_dump that knows no such key: content may be short at either end.
      ['x'.repeat(600), 'y', 'z'].map((text) => Buffer.from(text)),
      ['x'.repeat(600), 'y', 'z'].map((text) => Buffer.from(text)),
      ['x'].map((text) => Buffer.from(text)),
    ];
    const { night } = await build(walk(new Map()), undefined, false, old);
    const fresh = [
      dump('two', 'a'.repeat(900), 'b'.repeat(900)),
      dump('two', 'a'.repeat(900), 'c'.repeat(900)),
      dump('two', 'a'.repeat(900), 'a'),
      ['x'.repeat(600), 'y', 'z'].map((text) => Buffer.from(text)),
      ['x'.repeat(600), 'y', 'Z'].map((text) => Buffer.from(text)),
      ['w'].map((text) => Buffer.from(text)),
    ];
    const { outcome, night: second } = await build(walk(new Map()), night, false, fresh);
    expect(fresh.map((_chunks, position) => stateOf(outcome.dumpsBefore, second.dumps, position))).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(outcome.dumpsBefore.get('db/app0.sql')?.sizeBytes).toBe(Buffer.concat(old[0] ?? []).length);
  });
});
