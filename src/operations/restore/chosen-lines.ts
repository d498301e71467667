import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { isAtOrBelow, showName, withoutSlash } from '../../archive/entry-names.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { ChosenFiles } from './choose.ts';

/**
 * Files outside of what was chosen (latin1 of their names) with hard links in it, and the first of these: it takes the
 * file's place, and the others are linked to it.
 */
export class TornLinks extends Map<string, Buffer> {
  toJSON(): number {
    return this.size;
  }
}

/** Says what becomes of torn files, where there are any. */
export function describeTorn(source: string, torn: TornLinks): string[] {
  const [name] = torn.values();
  if (!name) return [];
  const what = torn.size === 1 ? '1 file has' : `${torn.size} files have`;
  return [
    `${source}: ${what} other names outside of what was chosen (one is "${showName(name)}"): restored as files of their own, the other names are left alone`,
  ];
}

/** Goes through the index for hard links whose file was not chosen with them. */
export async function findTornLinks(archive: OpenArchive, { source, paths }: ChosenFiles): Promise<TornLinks> {
  const torn = new TornLinks();
  if (!paths) return torn;
  for await (const { type, name, linkName } of linesOf(archive, source)) {
    if (type !== 'hardlink' || !linkName || !paths.includes(name) || paths.includes(linkName)) continue;
    const target = linkName.toString('latin1');
    if (!torn.has(target)) torn.set(target, name);
  }
  return torn;
}

/**
 * The lines of what was chosen of a source, in order, as if there were nothing else in it: the first name of a torn file
 * is that file. Before them come the folders on the way there, which were not chosen.
 */
export async function* chosenLines(
  archive: OpenArchive,
  { source, paths }: ChosenFiles,
  torn: TornLinks = new TornLinks(),
): AsyncGenerator<TocLine, void, undefined> {
  if (!paths) {
    yield* linesOf(archive, source);
    return;
  }
  let folders: TocLine[] = [];
  const files = await findFiles(archive, source, torn);
  for await (const line of linesOf(archive, source)) {
    const isChosen = paths.includes(line.name);
    if (!isChosen && line.type !== 'dir') continue;
    folders = folders.filter(({ name }) => isAtOrBelow(line.name, withoutSlash(name)));
    if (!isChosen) {
      folders.push(line);
      continue;
    }
    yield* folders;
    folders = [];
    yield line.type === 'hardlink' ? untie(line, torn, files) : line;
  }
}

/** The lines of the torn files themselves: in an archive that we did not make they may come after the links to them. */
async function findFiles(archive: OpenArchive, source: string, torn: TornLinks): Promise<Map<string, TocLine>> {
  const files = new Map<string, TocLine>();
  if (torn.size === 0) return files;
  for await (const line of linesOf(archive, source)) {
    const key = line.name.toString('latin1');
    if (torn.has(key)) files.set(key, line);
  }
  return files;
}

function untie(line: TocLine, torn: TornLinks, files: ReadonlyMap<string, TocLine>): TocLine {
  const target = line.linkName?.toString('latin1') ?? '';
  const first = torn.get(target);
  if (!first) return line;
  if (!first.equals(line.name)) return { ...line, linkName: first };
  const file = files.get(target);
  if (!file) throw new ArchiveDamage(showName(line.name), 'the hard link leads to no file');
  return { ...file, name: line.name };
}

/** The lines of one source, in order. */
export async function* linesOf(archive: OpenArchive, source: string): AsyncGenerator<TocLine, void, undefined> {
  const prefix = Buffer.from(`${source}/`);
  for await (const line of archive.lines()) {
    if (line.name.subarray(0, prefix.length).equals(prefix)) yield line;
  }
}
