import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { isAtOrBelow, showName, withoutSlash } from '../../archive/entry-names.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { ChosenFiles } from './choose.ts';
import { readSourceLines } from './source-lines.ts';
import { TornLinks } from './torn-links.ts';

/**
 * The lines of what was chosen of a source, in order, as if there were nothing else in it: the first name of a torn file
 * is that file. Before them come the folders on the way there, which were not chosen.
 */
export async function* readChosenLines(
  archive: OpenArchive,
  { source, paths }: ChosenFiles,
  torn: TornLinks = new TornLinks(),
): AsyncGenerator<TocLine, void, undefined> {
  if (!paths) {
    yield* readSourceLines(archive, source);
    return;
  }
  let folders: TocLine[] = [];
  const files = await findFiles(archive, source, torn);
  for await (const line of readSourceLines(archive, source)) {
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
  for await (const line of readSourceLines(archive, source)) {
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
