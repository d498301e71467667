import { splitName } from '../../archive/entry-names.ts';
import { formatTime } from '../../archive/toc-line.ts';
import type { Aspect, ComparedEntry, EntryDifference } from './compare-entries.ts';

/** How many files and links differ, and their content in bytes. */
export interface FileCounts {
  added: number;
  /** Type, content or target differ. */
  changed: number;
  /** Mode, owner or time alone differ. */
  attributes: number;
  removed: number;
  /** Folders that were added or removed, or have another mode or owner. */
  directories: number;
  bytesAdded: number;
  /** Of what changed, as it is afterwards. */
  bytesChanged: number;
  bytesRemoved: number;
}

/** What differs in one folder of a source's first two levels; the source's own folder holds what is in none. */
export interface FolderDiff extends FileCounts {
  folder: string;
}

export interface SourceDiff {
  source: string;
  /** `added`, `removed`: only one side has it. `failed`: what stands there now could not be gone through. */
  state: 'compared' | 'added' | 'removed' | 'failed';
  total: FileCounts;
  /** Those with differences alone, in the order of their names. */
  folders: FolderDiff[];
  /** How many more there are: they are counted in the total alone. */
  foldersOmitted: number;
}

/** One name that differs, for people and programs. Sizes in bytes, times RFC 3339. */
export interface FileDiff {
  kind: 'added' | 'changed' | 'attributes' | 'removed';
  /** In the archive; decoded with replacement where it is not UTF-8, and `nameBytes` then has it in base64. */
  name: string;
  nameBytes?: string;
  type: ComparedEntry['type'];
  /** What differs, where both sides have it. */
  aspects?: Aspect[];
  sizeBytesBefore?: number;
  sizeBytes?: number;
  modifiedBefore?: string;
  modified?: string;
}

const FOLDERS = 1000;
const FOLDER_LEVELS = 2;

/** Sums up what differs in one source. */
export class SourceTally {
  readonly #source: string;
  readonly #total = noFiles();
  readonly #folders = new Map<string, FileCounts>();
  #omitted = 0;
  #lastOmitted: string | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  add(difference: EntryDifference): void {
    count(this.#total, difference);
    const folder = folderOf(difference.name);
    let counts = this.#folders.get(folder);
    if (!counts) {
      if (this.#folders.size >= FOLDERS) {
        // Names come in order: a folder's stand together, but for the files of those above.
        if (folder !== this.#lastOmitted) this.#omitted++;
        this.#lastOmitted = folder;
        return;
      }
      this.#folders.set(folder, (counts = noFiles()));
    }
    count(counts, difference);
  }

  finish(state: SourceDiff['state']): SourceDiff {
    return {
      source: this.#source,
      state,
      total: this.#total,
      folders: [...this.#folders].map(([folder, counts]) => ({ folder, ...counts })),
      foldersOmitted: this.#omitted,
    };
  }
}

function noFiles(): FileCounts {
  return {
    added: 0,
    changed: 0,
    attributes: 0,
    removed: 0,
    directories: 0,
    bytesAdded: 0,
    bytesChanged: 0,
    bytesRemoved: 0,
  };
}

function count(counts: FileCounts, difference: EntryDifference): void {
  const { before, after } = difference;
  if ((after ?? before)?.type === 'dir') {
    counts.directories++;
    return;
  }
  const kind = kindOf(difference);
  counts[kind]++;
  if (kind === 'added') counts.bytesAdded += after?.size ?? 0;
  if (kind === 'changed') counts.bytesChanged += after?.size ?? 0;
  if (kind === 'removed') counts.bytesRemoved += before?.size ?? 0;
}

/** `uploads/student_0042/portfolio/` for what lies anywhere below. */
function folderOf(name: Buffer): string {
  const parts = [...splitName(name)].slice(0, -1).slice(0, FOLDER_LEVELS + 1);
  return parts.map((part) => `${part.toString('utf8')}/`).join('');
}

/** `attributes` where nothing but mode, owner or time differs. */
export function kindOf({ before, after, aspects }: EntryDifference): FileDiff['kind'] {
  if (!before) return 'added';
  if (!after) return 'removed';
  return aspects.some((aspect) => ['type', 'content', 'target'].includes(aspect)) ? 'changed' : 'attributes';
}

/** A difference as results list it; a name that is not UTF-8 with its bytes in base64 beside. */
export function describeFile(difference: EntryDifference): FileDiff {
  const { name, before, after, aspects } = difference;
  const text = name.toString('utf8');
  const type = (after ?? before)?.type ?? 'reg';
  return {
    kind: kindOf(difference),
    name: text,
    ...(Buffer.from(text).equals(name) ? {} : { nameBytes: name.toString('base64') }),
    type,
    ...(aspects.length > 0 ? { aspects } : {}),
    ...(before?.type === 'reg' ? { sizeBytesBefore: before.size } : {}),
    ...(after?.type === 'reg' ? { sizeBytes: after.size } : {}),
    ...(before && type !== 'dir' ? { modifiedBefore: formatTime(before.mtimeNs) } : {}),
    ...(after && type !== 'dir' ? { modified: formatTime(after.mtimeNs) } : {}),
  };
}
