import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareEntries, fromLine, type ComparedEntry } from '../../../src/operations/diff/compare-entries.ts';
import { SourceTally } from '../../../src/operations/diff/files-diff.ts';
import type { TocLine } from '../../../src/archive/toc-line.ts';

const line = (name: string, changes: Partial<TocLine> = {}): TocLine => ({
  name: Buffer.from(name, 'latin1'),
  type: name.endsWith('/') ? 'dir' : 'reg',
  size: 3,
  mode: 0o644,
  mtimeNs: 5n,
  digest: 'a',
  offset: 0,
  ...changes,
});

async function* entriesOf(lines: readonly TocLine[]): AsyncGenerator<ComparedEntry, void, undefined> {
  for (const each of lines) {
    const entry = fromLine(each);
    if (entry) yield entry;
  }
}

async function compare(before: readonly TocLine[], after: readonly TocLine[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, before: a, after: b, aspects } of compareEntries(entriesOf(before), entriesOf(after))) {
    found.push(`${a ? '' : '+'}${b ? '' : '-'}${name.toString('latin1')} ${aspects.join()}`.trim());
  }
  return found;
}

describe('two lists of entries in order', () => {
  it('differ in just those names that a comparison name by name finds', async () => {
    const names = fc.constantFrom('u/', 'u/a', 'u/a-', 'u/a/', 'u/a/b', 'u/\xff', 'u/z', 'db/x.sql');
    const side = fc.array(fc.tuple(names, fc.nat(1)), { maxLength: 8 }).map((pairs) => new Map(pairs));
    const order = (all: ReadonlyMap<string, number>): TocLine[] =>
      [...all]
        .sort(([a], [b]) => Number(a.startsWith('db/')) - Number(b.startsWith('db/')) || (a < b ? -1 : 1))
        .map(([name, version]) => line(name, { digest: String(version) }));
    await fc.assert(
      fc.asyncProperty(side, side, async (before, after) => {
        const expected = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
          if (!before.has(name)) return [`+${name}`];
          if (!after.has(name)) return [`-${name}`];
          return name.endsWith('/') || before.get(name) === after.get(name) ? [] : [`${name} content`];
        });
        expect((await compare(order(before), order(after))).sort()).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, Partial<TocLine>, string]>([
    ['content', { digest: 'b' }, 'f content'],
    ['size', { size: 4 }, 'f content'],
    ['mode', { mode: 0o600 }, 'f mode'],
    ['owner', { uid: 1 }, 'f owner'],
    ['group and time', { gid: 1, mtimeNs: 6n }, 'f owner,time'],
    ['type', { type: 'symlink', linkName: Buffer.from('x') }, 'f type'],
  ])('tell a difference in %s', async (_what, changes, expected) => {
    expect(await compare([line('f')], [line('f', changes)])).toEqual([expected]);
    expect(await compare([line('f')], [line('f')])).toEqual([]);
  });

  it('tell another target of a link, and leave the permissions of symbolic links and the times of folders aside', async () => {
    const link = (changes: Partial<TocLine>) => line('l', { type: 'symlink', linkName: Buffer.from('x'), ...changes });
    expect(await compare([link({})], [link({ linkName: Buffer.from('y') })])).toEqual(['l target']);
    expect(await compare([link({})], [link({ mode: 0o777 })])).toEqual([]);
    expect(await compare([line('d/')], [line('d/', { mtimeNs: 9n })])).toEqual([]);
    expect(await compare([line('d/')], [line('d/', { mode: 0o700 })])).toEqual(['d/ mode']);
  });

  it('read a file that is there now only where its times do not say that nobody touched it', async () => {
    const archived = fromLine(line('f')) as ComparedEntry;
    let reads = 0;
    const live = (changes: Partial<ComparedEntry>): ComparedEntry => ({
      ...archived,
      digest: async () => {
        reads++;
        return 'b';
      },
      ...changes,
    });
    const look = async (changes: Partial<ComparedEntry>): Promise<string[]> => {
      const one = async function* (entry: ComparedEntry) {
        yield entry;
      };
      const found: string[] = [];
      for await (const { aspects } of compareEntries(one(archived), one(live(changes)), 10_000_000_000n))
        found.push(aspects.join());
      return found;
    };
    expect(await look({ touchedNs: 7_000_000_000n })).toEqual([]);
    expect(reads).toBe(0);
    // Touched since, or so shortly before that a coarse clock would not show it: its time is no proof.
    expect(await look({ touchedNs: 9_000_000_000n })).toEqual(['content']);
    expect(await look({ touchedNs: 7_000_000_000n, mtimeNs: 6n })).toEqual(['content,time']);
    expect(reads).toBe(2);
    expect(await look({ touchedNs: 11_000_000_000n, size: 4 })).toEqual(['content']);
    expect(reads).toBe(2);
  });
});

describe('what differs in a source', () => {
  it('is counted by its first two levels of folders, a thousand of them at most', () => {
    const tally = new SourceTally('u');
    const add = (name: string): void => {
      const after = fromLine(line(name)) as ComparedEntry;
      tally.add({ name: after.name, after, aspects: [] });
    };
    ['u/f', 'u/a/', 'u/a/f', 'u/a/b/c/d/f', 'u/a/b/f'].forEach(add);
    const { total, folders } = tally.finish('compared');
    expect(total).toMatchObject({ added: 4, directories: 1, bytesAdded: 12, removed: 0 });
    expect(folders.map(({ folder, added }) => [folder, added])).toEqual([
      ['u/', 1],
      ['u/a/', 1],
      ['u/a/b/', 2],
    ]);
    for (let number = 0; number < 1500; number++) add(`u/${number}/f`);
    const many = tally.finish('compared');
    expect(many.folders).toHaveLength(1000);
    expect(many.foldersOmitted).toBe(503);
    expect(many.total.added).toBe(1504);
  });
});
