import { readDamage, type DamagedExtent } from '../store/damage.ts';
import { findFault } from '../store/greet.ts';
import type { Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { pronounceDamaged } from '../store/record-damage.ts';
import { readVerdict } from '../store/verdicts.ts';

/** An archive of which extents are damaged. */
export interface DamagedArchive {
  name: string;
  extents: number;
  /** Entries that have something in them, a few of them. */
  entries: string[];
  /** Whether anything of that was not known before this run. */
  isNew: boolean;
  /** The archive nearest in time that is not known as damaged. */
  nearestGood?: string;
}

const LISTED_ENTRIES = 10;

/**
 * All archives of which extents are damaged, oldest line first. An archive whose verdict a killed run did not come to
 * is given it now.
 */
export async function listDamagedArchives(
  store: Store,
  lines: readonly LedgerLine[],
  fresh: readonly DamagedExtent[],
): Promise<DamagedArchive[]> {
  const { extents } = await readDamage(store);
  const byArchive = new Map<string, DamagedExtent[]>();
  for (const extent of extents) {
    const known = byArchive.get(extent.archive);
    if (known) known.push(extent);
    else byArchive.set(extent.archive, [extent]);
  }
  const isNew = new Set(fresh.map(({ archive }) => archive));
  const damaged: DamagedArchive[] = [];
  for (const line of lines) {
    const { name, index } = line;
    const own = (byArchive.get(name) ?? []).filter((extent) => extent.index === index);
    if (index === undefined || own.length === 0) continue;
    const verdict = await readVerdict(store, name, index);
    if (verdict?.isSound !== false) await pronounceDamaged(store, { name, index, extents: own });
    const { damage = [] } = (await readVerdict(store, name, index)) ?? {};
    const entries = damage.slice(0, LISTED_ENTRIES).map(({ where }) => where);
    const nearestGood = await findNearestGood(store, lines, line, byArchive);
    damaged.push({
      name,
      extents: own.length,
      entries,
      isNew: isNew.has(name),
      ...(nearestGood === undefined ? {} : { nearestGood }),
    });
  }
  return damaged;
}

async function findNearestGood(
  store: Store,
  lines: readonly LedgerLine[],
  { time }: LedgerLine,
  damaged: ReadonlyMap<string, unknown>,
): Promise<string | undefined> {
  const distance = (line: LedgerLine): number => Math.abs(Date.parse(line.time) - Date.parse(time));
  const candidates = lines.filter(({ action, name }) => action === 'seal' && !damaged.has(name));
  for (const line of candidates.sort((a, b) => distance(a) - distance(b))) {
    if (await findFault(store, line)) continue;
    if ((await readVerdict(store, line.name, line.index))?.isSound !== false) return line.name;
  }
  return undefined;
}
