import { Failure } from '../logging/failure.ts';
import { showName } from './entry-names.ts';
import { DUMP_FOLDER, isKitEntry, KIT_FOLDER } from './layout.ts';
import type { TocLine } from './toc-line.ts';

const SLASH = 0x2f;
/** Dumps, kit and texts are a few hundred; whoever made one that has more must not fill the memory with them. */
const LONGEST_TAIL = 100_000;
/** With these letters begin the folders behind the file sources. */
const TAIL_STARTS = new Set(Buffer.from(DUMP_FOLDER.slice(0, 1) + KIT_FOLDER.slice(0, 1)));

/**
 * The order in which the names of all archives can be gone through side by side: those of the file sources bytewise, as
 * archives have them, then the rest bytewise (dumps, kit, texts), which archives have in an order of their own. Files are
 * kept in this order: a change of it makes them useless.
 */
export function compareNames(a: Buffer, b: Buffer): number {
  return Number(isTail(a)) - Number(isTail(b)) || Buffer.compare(a, b);
}

/** Quick for the million names that are in a source's folder. */
function isTail(name: Buffer): boolean {
  if (!name.includes(SLASH)) return true;
  if (!TAIL_STARTS.has(name[0] ?? 0)) return false;
  const text = name.toString('latin1');
  return text.startsWith(DUMP_FOLDER) || isKitEntry(text);
}

/**
 * An archive's lines in the order of `compareNames`; only the few that are not of file sources are held in memory.
 * @throws Failure `damaged` where those of the file sources are in another order, a name comes twice, or there are more of
 * the rest than anybody has.
 */
export async function* orderLines(
  archive: string,
  lines: AsyncIterable<TocLine>,
): AsyncGenerator<TocLine, void, undefined> {
  const tail: TocLine[] = [];
  let last: Buffer | undefined;
  const follow = (name: Buffer): void => {
    if (last && compareNames(last, name) >= 0)
      throw refuse(archive, `not in order, at "${showName(name).slice(0, 200)}"`);
    last = name;
  };
  for await (const line of lines) {
    if (isTail(line.name)) {
      if (tail.push(line) > LONGEST_TAIL) throw refuse(archive, `more than ${LONGEST_TAIL} in no source's folder`);
    } else {
      follow(line.name);
      yield line;
    }
  }
  for (const line of tail.sort((a, b) => Buffer.compare(a.name, b.name))) {
    follow(line.name);
    yield line;
  }
}

function refuse(archive: string, what: string): Failure {
  return new Failure(
    'damaged',
    `the names in the index of ${archive}: ${what}`,
    `Run verify ${archive} --level full; another archive can be used meanwhile.`,
  );
}
