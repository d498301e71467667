import type { WrongExtent } from '../store/check-extents.ts';
import type { Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { NO_INDEX, readVerdict, recordVerdict } from '../store/verdicts.ts';

/**
 * Records that an archive's index or footer is damaged, or a foreign archive as a whole: nothing builds upon it. Returns
 * what is new about it.
 */
export async function recordTailDamage(
  store: Store,
  { name, index }: LedgerLine,
  { what, length }: WrongExtent,
): Promise<string[]> {
  const where = index === undefined ? 'the archive' : 'the index';
  const before = await readVerdict(store, name, index);
  const isKnown = before?.isSound === false && before.damage.some((damage) => damage.where === where);
  await recordVerdict(store, {
    name,
    index: index ?? NO_INDEX,
    level: 'scrub',
    isSound: false,
    damage: [{ where, what }],
    checked: { extents: 1, entries: 0, bytes: length, databases: [], tables: 0 },
    time: store.now().toISOString(),
  });
  return isKnown ? [] : [`${name}: ${where} is damaged (${what})`];
}
