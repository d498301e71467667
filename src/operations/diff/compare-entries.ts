import { compareNames } from '../../archive/name-order.ts';
import type { TocLine } from '../../archive/toc-line.ts';

/** A name on one side of a comparison. */
export interface ComparedEntry {
  name: Buffer;
  type: 'dir' | 'reg' | 'symlink' | 'hardlink';
  size: number;
  mode: number;
  uid: number;
  gid: number;
  mtimeNs: bigint;
  linkName?: Buffer;
  /** When its inode was last touched, of a file that is there now. */
  touchedNs?: bigint;
  /** SHA-256 of its content; of a file that is there now, it is read for that. */
  digest: () => Promise<string>;
}

/** What of an entry differs; the first three are what restoring it for would be worth, the rest are attributes. */
export type Aspect = 'type' | 'content' | 'target' | 'mode' | 'owner' | 'time';

/** One name that differs: it is on one side only, or on both in another state. */
export interface EntryDifference {
  name: Buffer;
  before?: ComparedEntry;
  after?: ComparedEntry;
  /** Empty where only one side has it. */
  aspects: Aspect[];
}

/** Kernel clocks are coarse: a file can be changed this long after a moment and have a ctime before it. */
const CLOCK_SLACK_NS = 2_000_000_000n;

/** A line of an index; undefined for a further chunk. */
export function fromLine({ type, size = 0, mode = 0, uid = 0, gid = 0, mtimeNs = 0n, ...line }: TocLine) {
  if (type === 'chunk') return undefined;
  const { name, linkName, digest = '' } = line;
  const entry = { name, type, size, mode, uid, gid, mtimeNs, digest: () => Promise.resolve(digest) };
  return linkName ? { ...entry, linkName } : entry;
}

/**
 * Compares two sides that come in the order of `compareNames`, name by name, in one go. The time of a folder is not
 * compared: it changes with whatever it holds. A file that is there now counts as unread where its times say that nobody
 * touched it since `sinceNs`; else it is read.
 */
export async function* compareEntries(
  before: AsyncIterable<ComparedEntry>,
  after: AsyncIterable<ComparedEntry>,
  sinceNs = 0n,
): AsyncGenerator<EntryDifference, void, undefined> {
  const [left, right] = [before[Symbol.asyncIterator](), after[Symbol.asyncIterator]()];
  try {
    let [a, b] = [await next(left), await next(right)];
    while (a || b) {
      const order = !a ? 1 : !b ? -1 : compareNames(a.name, b.name);
      if (a && b && order === 0) {
        const aspects = await listAspects(a, b, sinceNs);
        if (aspects.length > 0) yield { name: a.name, before: a, after: b, aspects };
      } else if (a && order < 0) yield { name: a.name, before: a, aspects: [] };
      else if (b) yield { name: b.name, after: b, aspects: [] };
      if (order <= 0) a = await next(left);
      if (order >= 0) b = await next(right);
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

async function next(side: AsyncIterator<ComparedEntry, unknown>): Promise<ComparedEntry | undefined> {
  const result = await side.next();
  return result.done ? undefined : result.value;
}

async function listAspects(a: ComparedEntry, b: ComparedEntry, sinceNs: bigint): Promise<Aspect[]> {
  if (a.type !== b.type) return ['type'];
  const aspects: Aspect[] = [];
  if (a.type === 'reg' && !(await hasSameContent(a, b, sinceNs))) aspects.push('content');
  if ((a.linkName ?? b.linkName) && !(a.linkName && b.linkName?.equals(a.linkName))) aspects.push('target');
  // Nobody can change a symbolic link's own permissions.
  if (a.type !== 'symlink' && a.mode !== b.mode) aspects.push('mode');
  if (a.uid !== b.uid || a.gid !== b.gid) aspects.push('owner');
  if (a.type !== 'dir' && a.mtimeNs !== b.mtimeNs) aspects.push('time');
  return aspects;
}

async function hasSameContent(a: ComparedEntry, b: ComparedEntry, sinceNs: bigint): Promise<boolean> {
  if (a.size !== b.size) return false;
  if (a.size === 0) return true;
  const isUntouched = b.touchedNs !== undefined && b.touchedNs < sinceNs - CLOCK_SLACK_NS;
  if (isUntouched && a.mtimeNs === b.mtimeNs) return true;
  return (await a.digest()) === (await b.digest());
}
