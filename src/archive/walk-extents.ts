import { ArchiveDamage, type Damage } from './archive-damage.ts';
import { EntryGuard, type SafeEntry } from './entry-guard.ts';
import { readOwnEntries } from './own-entries.ts';
import type { ReadExtent } from './read-extents.ts';

export interface WalkOptions {
  /** All extents of an archive, in order, damaged ones included. */
  extents: AsyncIterable<ReadExtent>;
  /** Told of every sound entry; an ArchiveDamage out of its body may pass through. */
  visit: (entry: SafeEntry) => Promise<void>;
  report: (damage: Damage) => void;
}

/** Goes through an archive to its end whatever is damaged in it, so that all damage is listed by name. */
export async function walkExtents({ extents, visit, report }: WalkOptions): Promise<void> {
  const guard = new EntryGuard();
  const source = extents[Symbol.asyncIterator]();
  const pull = async (): Promise<ReadExtent | undefined> => {
    const result = await source.next();
    return result.done ? undefined : result.value;
  };
  let next = await pull();
  const run = { isStopped: false };
  const wasStopped = (): boolean => run.isStopped;

  /** Sound extents from here on; an entry that is cut short by a damaged one is given up there. */
  async function* takeRun(): AsyncGenerator<ReadExtent, void, undefined> {
    while (next && next.damage === undefined) {
      yield next;
      next = await pull();
    }
    run.isStopped = true;
    if (next?.isContinuation) throw new CutShort();
  }
  while (next) {
    if (next.damage !== undefined) reportExtent(next, next.damage, guard, report);
    if (next.damage !== undefined || next.isContinuation) {
      next = await pull();
      continue;
    }
    run.isStopped = false;
    try {
      for await (const entry of readOwnEntries(takeRun(), { guard, checksWholeDigests: true })) await visit(entry);
    } catch (error) {
      if (error instanceof ArchiveDamage) {
        report({ where: error.where, what: error.what });
        // A damaged extent, at which the run ended, is still to be reported.
        if (!wasStopped()) next = await pull();
      } else if (!(error instanceof CutShort)) {
        throw error;
      }
    }
  }
}

/** The entry under way ends in an extent whose damage is reported by itself. */
class CutShort extends Error {}

function reportExtent(
  { names, lines, extent }: ReadExtent,
  what: string,
  guard: EntryGuard,
  report: (damage: Damage) => void,
): void {
  for (const name of names) report({ where: name, what });
  if (names.length === 0) report({ where: `the extent at ${extent.offset}`, what });
  for (const { type, name, mode = 0, uid = 0, gid = 0, mtimeNs = 0n, size = 0, linkName } of lines) {
    if (type === 'chunk') continue;
    try {
      // Later entries may lie below it or link to it.
      guard.admit({ name, type, mode, uid, gid, mtimeNs, size, ...(linkName ? { linkName } : {}) });
    } catch (error) {
      if (!(error instanceof ArchiveDamage)) throw error;
      report({ where: error.where, what: error.what });
    }
  }
}
