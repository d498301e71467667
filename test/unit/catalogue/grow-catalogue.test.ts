import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { singly } from '../../../src/archive/line-reader.ts';
import type { TocLine } from '../../../src/archive/toc-line.ts';
import { CatalogueReader, cataloguePathOf } from '../../../src/operations/catalogue/catalogue-file.ts';
import { parseEntry, parseEntryName } from '../../../src/operations/catalogue/catalogue-line.ts';
import {
  growCatalogue as grow,
  UnreadableIndex,
  type AddedArchive,
} from '../../../src/operations/catalogue/grow-catalogue.ts';

let state: string;
let path: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'continuity-catalogue-'));
  path = cataloguePathOf(state);
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

async function growCatalogue(...words: Parameters<typeof grow>): Promise<void> {
  await (await grow(...words)).close();
}

/** An archive by what it holds: a name's bytes as latin1, and a number that stands for one of its versions. */
type Content = ReadonlyMap<string, number>;
const NAMES = [
  'up/a',
  'up/a-b',
  'up/a/',
  'up/a/"x",[y]',
  'up/caf\xe8',
  'up/caf\xe9',
  'up/z\\n\n',
  'db/app.sql',
  'LISEZMOI.txt',
];
const contents = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.nat(2)), { maxLength: 12 })
  .map((pairs): Content => new Map(pairs));

/** In the order of archives: file sources bytewise, the rest behind them in any. */
function linesOf(content: Content): TocLine[] {
  const isTail = (name: string): boolean => !name.startsWith('up/');
  return [...content]
    .sort(([a], [b]) => Number(isTail(a)) - Number(isTail(b)) || (a < b ? -1 : 1))
    .map(([name, version]) => ({
      name: Buffer.from(name, 'latin1'),
      mtimeNs: BigInt(version) * 1_000_000_007n,
      ...(name.endsWith('/') ? { type: 'dir' } : { type: 'reg', size: version, digest: String(version).repeat(64) }),
      offset: 0,
    }));
}

function archiveOf(number: number, content: Content): AddedArchive {
  return {
    name: `archive ${number}`,
    identity: `identity ${number}`,
    lines: async function* () {
      yield* linesOf(content);
    },
  };
}

/** The whole catalogue: by name and version, the archives that hold it. */
async function readAll(): Promise<Map<string, string[]> | undefined> {
  const reader = await CatalogueReader.open(path);
  if (!reader) return undefined;
  const found = new Map<string, string[]>();
  for await (const line of singly(reader.lines())) {
    const { name, versions } = parseEntry(line);
    expect(parseEntryName(line)).toEqual(name);
    for (const { size, spans } of versions) {
      const names = reader.archives.map((archive) => archive.name);
      const held = spans.flatMap(([first, last]) => names.slice(first, last + 1));
      found.set(`${name.toString('latin1')} ${name.at(-1) === 0x2f ? '' : size}`, held);
    }
  }
  await reader.close();
  return found;
}

describe('the catalogue of all archives', () => {
  it('knows after any history what each archive holds, as if all were read anew', async () => {
    const steps = fc.array(
      fc.record({ added: fc.array(fc.tuple(fc.nat(20), contents), { maxLength: 3 }), gone: fc.array(fc.nat(20)) }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        rmSync(path, { force: true });
        const present = new Map<number, Content>();
        for (const { added, gone } of history) {
          const fresh = new Map(added.filter(([number]) => !present.has(number)));
          for (const number of gone) present.delete(number);
          for (const [number, content] of fresh) present.set(number, content);
          const numbers = [...present.keys()].sort((a, b) => a - b);
          const archives = numbers.map((number) => ({ name: `archive ${number}`, identity: `identity ${number}` }));
          const former = await CatalogueReader.open(path);
          await growCatalogue(
            path,
            former,
            archives,
            [...fresh].map(([number, content]) => archiveOf(number, content)),
          );
          await former?.close();
          const expected = new Map<string, string[]>();
          for (const number of numbers) {
            for (const [name, version] of present.get(number) ?? []) {
              const key = `${name} ${name.endsWith('/') ? '' : version}`;
              expected.set(key, [...(expected.get(key) ?? []), `archive ${number}`]);
            }
          }
          expect(await readAll()).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is none where a bit of it is another, or its end is missing', async () => {
    const one = archiveOf(1, new Map([['up/a', 1]]));
    await growCatalogue(path, undefined, [one], [one]);
    const whole = readFileSync(path);
    for (let place = 0; place < whole.length; place += 7) {
      const bytes = Buffer.from(whole);
      bytes[place] = (bytes[place] ?? 0) ^ 0x10;
      writeFileSync(path, bytes);
      expect(await CatalogueReader.open(path)).toBeUndefined();
    }
    writeFileSync(path, whole);
    truncateSync(path, whole.length - 1);
    expect(await CatalogueReader.open(path)).toBeUndefined();
    writeFileSync(path, '');
    expect(await CatalogueReader.open(path)).toBeUndefined();
  });

  it('stays as it was where an index ends in the middle or is in another order', async () => {
    const good = archiveOf(1, new Map([['up/a', 1]]));
    await growCatalogue(path, undefined, [good], [good]);
    const before = readFileSync(path);
    const broken = async function* () {
      yield* linesOf(new Map([['up/a', 1]]));
      throw new TypeError('the index ends too early');
    };
    const disordered = async function* () {
      yield* linesOf(new Map([['up/a', 1]]));
      yield* linesOf(new Map([['up/a', 1]]));
    };
    for (const lines of [broken, disordered]) {
      const bad = { name: 'bad', identity: 'bad', lines };
      const former = await CatalogueReader.open(path);
      await expect(growCatalogue(path, former, [good, bad], [bad])).rejects.toThrow(UnreadableIndex);
      await former?.close();
    }
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(join(state, 'cache'))).toEqual(['catalogue']);
  });

  it('is whole, and one of both, where two searches write it at once', async () => {
    const [one, two] = [archiveOf(1, new Map([['up/a', 1]])), archiveOf(2, new Map([['up/z', 2]]))];
    const readers = await Promise.all([grow(path, undefined, [one], [one]), grow(path, undefined, [two], [two])]);
    for (const [place, reader] of readers.entries()) {
      // Each search goes on with what it has written itself, whichever came last.
      const lines: string[] = [];
      for await (const line of singly(reader.lines())) lines.push(line);
      expect([reader.archives, lines.length]).toEqual([[expect.objectContaining({ name: `archive ${place + 1}` })], 1]);
      await reader.close();
    }
    const names = [...((await readAll())?.keys() ?? [])];
    expect([['up/a 1'], ['up/z 2']]).toContainEqual(names);
    expect(readdirSync(join(state, 'cache'))).toEqual(['catalogue']);
  });

  it('removes what killed searches left half written, and nothing of one that is at it', async () => {
    const one = archiveOf(1, new Map([['up/a', 1]]));
    await growCatalogue(path, undefined, [one], [one]);
    const partOf = (pid: number) => `catalogue.${pid}-${randomUUID()}.part`;
    const [left, other] = [partOf(2 ** 22 + 1), partOf(process.pid)];
    for (const name of [left, other]) writeFileSync(join(state, 'cache', name), 'half');
    await growCatalogue(path, undefined, [one], [one]);
    expect(readdirSync(join(state, 'cache')).sort()).toEqual(['catalogue', other]);
  });
});
