import { singly } from '../../archive/line-reader.ts';
import { compareNames, orderLines } from '../../archive/name-order.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { CatalogueWriter, type CatalogueReader, type CataloguedArchive } from './catalogue-file.ts';
import { isSameVersion, parseEntry, versionOf, type CatalogueEntry, type NameVersion } from './catalogue-line.ts';
import { addOrdinal, Renumbering } from './spans.ts';

/** An archive that the catalogue does not know yet. */
export interface AddedArchive extends CataloguedArchive {
  lines: () => AsyncIterable<TocLine>;
}

/** The index of one archive could not be gone through; the catalogue is as it was. */
export class UnreadableIndex extends Error {
  readonly archive: string;

  constructor(archive: string, cause: unknown) {
    super(`the index of ${archive} cannot be read`, { cause });
    this.archive = archive;
  }
}

/** Something in the order of `compareNames`, and what of it comes next. */
interface Head<T extends { name: Buffer }> {
  rest: AsyncIterator<T, void, undefined>;
  next: T | undefined;
}

/**
 * Writes the catalogue anew, for `archives` in their order: what `former` knows of them, and those of `added`. All are
 * gone through side by side, once; memory does not grow with how many names there are. The caller closes what it returns.
 * @throws UnreadableIndex; nothing has changed then.
 */
export async function growCatalogue(
  path: string,
  former: CatalogueReader | undefined,
  archives: readonly CataloguedArchive[],
  added: readonly AddedArchive[],
): Promise<CatalogueReader> {
  const ordinals = new Map(archives.map(({ name, identity }, ordinal) => [keyOf({ name, identity }), ordinal]));
  const known = new Renumbering((former?.archives ?? []).map((archive) => ordinals.get(keyOf(archive))));
  const entries = await start(former ? parseAll(former) : nothing<CatalogueEntry>());
  const indexes: (Head<TocLine> & { ordinal: number })[] = [];
  const writer = await CatalogueWriter.create(path, archives);
  try {
    for (const archive of added) {
      const ordinal = ordinals.get(keyOf(archive));
      if (ordinal === undefined) throw new TypeError(`${archive.name} is not among the archives`);
      indexes.push({ ...(await start(linesOf(archive))), ordinal });
    }
    for (let name = lowest(entries, indexes); name; name = lowest(entries, indexes)) {
      const versions: NameVersion[] = [];
      if (entries.next?.name.equals(name)) {
        for (const version of entries.next.versions) {
          const spans = known.apply(version.spans);
          if (spans.length > 0) versions.push({ ...version, spans });
        }
        await advance(entries);
      }
      for (const index of indexes) {
        if (!index.next?.name.equals(name)) continue;
        addVersion(versions, versionOf(index.next), index.ordinal);
        await advance(index);
      }
      if (versions.length > 0) await writer.add({ name, versions });
    }
    return await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  } finally {
    for (const { rest } of [entries, ...indexes]) await rest.return?.();
  }
}

/** What tells an archive from every other one, also from a later one of the same name. */
export function keyOf({ name, identity }: CataloguedArchive): string {
  return `${name} ${identity}`;
}

function addVersion(versions: NameVersion[], found: NameVersion, ordinal: number): void {
  let version = versions.find((candidate) => isSameVersion(candidate, found));
  if (!version) versions.push((version = found));
  addOrdinal(version.spans, ordinal);
}

function lowest(entries: Head<CatalogueEntry>, indexes: readonly Head<TocLine>[]): Buffer | undefined {
  let name = entries.next?.name;
  for (const { next } of indexes) {
    if (next && (!name || compareNames(next.name, name) < 0)) name = next.name;
  }
  return name;
}

async function start<T extends { name: Buffer }>(all: AsyncGenerator<T, void, undefined>): Promise<Head<T>> {
  const head: Head<T> = { rest: all, next: undefined };
  await advance(head);
  return head;
}

async function advance<T extends { name: Buffer }>(head: Head<T>): Promise<void> {
  const result = await head.rest.next();
  head.next = result.done ? undefined : result.value;
}

async function* parseAll(former: CatalogueReader): AsyncGenerator<CatalogueEntry, void, undefined> {
  for await (const line of singly(former.lines())) yield parseEntry(line);
}

async function* linesOf({ name, lines }: AddedArchive): AsyncGenerator<TocLine, void, undefined> {
  try {
    yield* orderLines(name, lines());
  } catch (error) {
    throw new UnreadableIndex(name, error);
  }
}

async function* nothing<T>(): AsyncGenerator<T, void, undefined> {
  // No archive is known yet.
}
