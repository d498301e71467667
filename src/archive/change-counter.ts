import { parseTocLine, type TocLine } from './toc-line.ts';

/**
 * What became of a file source since the archive that this one builds upon: files and links, folders left aside (their
 * times change with whatever they hold).
 */
export interface FileChanges {
  added: number;
  /** Content, type, mode, owner, modification time or target differ. Read again and found the same is not changed. */
  changed: number;
  removed: number;
  /** Content of what was added or changed. */
  bytes: number;
}

/**
 * Counts differences between the indexes of two nights. Told of what differs or was looked at again, never of what was
 * taken over: unchanged extents cost nothing here.
 */
export class ChangeCounter {
  readonly bySource = new Map<string, FileChanges>();

  /** An entry of last night's archive that is not in tonight's. */
  countRemoved({ name }: Pick<TocLine, 'name'>): void {
    this.#of(name).removed++;
  }

  /** A group's lines of last night's index, by `nameKey`, and those of tonight's. */
  compare(before: ReadonlyMap<string, string>, now: readonly string[]): void {
    const gone = new Map(before);
    for (const text of now) {
      const line = parseTocLine(text);
      if (!isCounted(line)) continue;
      const key = nameKey(line.name);
      const old = gone.get(key);
      gone.delete(key);
      if (old !== undefined && withoutPlace(old) === withoutPlace(text)) continue;
      const changes = this.#of(line.name);
      if (old === undefined) changes.added++;
      else changes.changed++;
      changes.bytes += line.size ?? 0;
    }
    for (const text of gone.values()) this.countRemoved(parseTocLine(text));
  }

  #of(name: Buffer): FileChanges {
    const source = name.toString('utf8', 0, name.indexOf(0x2f));
    let changes = this.bySource.get(source);
    if (!changes) {
      changes = { added: 0, changed: 0, removed: 0, bytes: 0 };
      this.bySource.set(source, changes);
    }
    return changes;
  }
}

/** Whether a line is a file's or link's own: no folder, and no further chunk. */
export function isCounted({ type }: TocLine): boolean {
  return type !== 'dir' && type !== 'chunk';
}

/** A name as a key of a map, whatever its bytes. */
export function nameKey(name: Buffer): string {
  return name.toString('latin1');
}

/** All of a line but the offset, which stands last: the digest is among it. */
function withoutPlace(text: string): string {
  return text.slice(0, text.lastIndexOf(',"offset":'));
}
