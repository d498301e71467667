import { showName } from '../../archive/entry-names.ts';
import type { PathChoice } from '../../archive/path-choice.ts';
import type { OpenArchive } from '../open-archive.ts';
import { readSourceLines } from './source-lines.ts';

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

/** Goes through a source's lines for hard links whose file was not chosen with them. */
export async function findTornLinks(archive: OpenArchive, source: string, paths: PathChoice): Promise<TornLinks> {
  const torn = new TornLinks();
  for await (const { type, name, linkName } of readSourceLines(archive, source)) {
    if (type !== 'hardlink' || !linkName || !paths.includes(name) || paths.includes(linkName)) continue;
    const target = linkName.toString('latin1');
    if (!torn.has(target)) torn.set(target, name);
  }
  return torn;
}
