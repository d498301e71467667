import { ArchiveDamage } from './archive-damage.ts';
import { showName } from './entry-names.ts';
import { MAX_SURVEY_BYTES, MAX_SURVEY_ENTRIES, type LeftOut } from './foreign-survey.ts';
import { isLeftover } from './tar-leftovers.ts';
import { formatTocLine, type TocLine } from './toc-line.ts';

interface KeptLine {
  /** Latin1 of the name: compares as its bytes do. */
  key: string;
  text: string;
}

/**
 * The lines of a survey. They are sorted in memory, which takes about half a kilobyte for each entry: the number of
 * entries, and the length of all names together, is limited.
 */
export class SurveyLines {
  #lines: KeptLine[] = [];
  #bytes = 0;

  /** @throws ArchiveDamage where there are too many. */
  add(line: TocLine): void {
    const text = formatTocLine(line);
    this.#lines.push({ key: line.name.toString('latin1'), text });
    this.#bytes += text.length + line.name.length;
    if (this.#lines.length > MAX_SURVEY_ENTRIES || this.#bytes > MAX_SURVEY_BYTES / 2) {
      throw new ArchiveDamage(showName(line.name), `it holds more than ${this.#lines.length - 1} entries`);
    }
  }

  /** All lines, sorted; with those of folders that are only implied, and without what nobody made on purpose. */
  finish(makeFolder: (name: Buffer) => TocLine): { texts: string[]; leftovers: LeftOut } {
    this.#sort();
    const leftovers: LeftOut = { count: 0 };
    const all = this.#lines;
    const kept = all.filter(({ key }) => {
      if (!isLeftover(key, (name) => holds(all, name))) return true;
      if (leftovers.count++ === 0) leftovers.first = showName(Buffer.from(key, 'latin1'));
      return false;
    });
    this.#lines = kept;
    const missing = new Set<string>();
    for (const { key } of kept) {
      for (let end = parentEnd(key); end > 0; end = parentEnd(key.slice(0, end))) {
        const folder = key.slice(0, end);
        if (missing.has(folder) || holds(kept, folder)) break;
        missing.add(folder);
      }
    }
    for (const key of missing) this.#lines.push({ key, text: formatTocLine(makeFolder(Buffer.from(key, 'latin1'))) });
    if (missing.size > 0) this.#sort();
    return { texts: this.#lines.map(({ text }) => text), leftovers };
  }

  #sort(): void {
    this.#lines.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
}

/** Length of the name of the folder that an entry lies in, with its slash; 0 at the top. */
function parentEnd(key: string): number {
  return key.lastIndexOf('/', key.length - 2) + 1;
}

function holds(sorted: readonly KeptLine[], key: string): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as KeptLine).key < key) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.key === key;
}
