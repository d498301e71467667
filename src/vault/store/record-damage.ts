import { MAX_BARRED_EXTENTS, appendDamage, damageOf, readDamage, type DamagedExtent } from './damage.ts';
import type { WrongExtent } from './check-extents.ts';
import type { Store } from './layout.ts';
import { nameEntries } from './name-entries.ts';
import type { Verdict } from '../vault-client.ts';
import { recordVerdict } from './verdicts.ts';

export interface FoundDamage {
  name: string;
  /** SHA-256 of the archive's index. */
  index: string;
  wrong: readonly WrongExtent[];
  by: DamagedExtent['by'];
}

/**
 * Remembers that extents of an archive are damaged: they are barred, and the archive's verdict names what is in them.
 * Returns those that were not known before.
 */
export async function recordDamage(store: Store, found: FoundDamage): Promise<DamagedExtent[]> {
  const { name, index } = found;
  const extents = await noteDamage(store, found);
  if (extents.length > 0) await pronounceDamaged(store, { name, index, extents });
  return extents;
}

/** The same without a verdict, for whoever gives one. */
export async function noteDamage(store: Store, { name, index, wrong, by }: FoundDamage): Promise<DamagedExtent[]> {
  const before = damageOf(await readDamage(store), name, index);
  const known = new Set(before.map(({ offset }) => offset));
  const found = store.now().toISOString();
  const fresh = wrong
    .filter(({ offset }) => !known.has(offset))
    // One more than can be barred says that they are too many.
    .slice(0, Math.max(0, MAX_BARRED_EXTENTS + 1 - before.length))
    .map(({ offset, length, sha256, what }) => ({ archive: name, index, offset, length, sha256, found, by, what }));
  await appendDamage(store, fresh);
  return fresh;
}

/** Gives an archive the verdict that its damaged extents make necessary. */
export async function pronounceDamaged(
  store: Store,
  { name, index, extents }: { name: string; index: string; extents: readonly DamagedExtent[] },
): Promise<void> {
  const damage = await describeDamage(store, name, extents);
  const bytes = extents.reduce((sum, { length }) => sum + length, 0);
  await recordVerdict(store, {
    name,
    index,
    level: 'scrub',
    isSound: false,
    isExtentsOnly: true,
    damage,
    checked: { extents: extents.length, entries: 0, bytes, databases: [], tables: 0 },
    time: store.now().toISOString(),
  });
}

/** Damaged extents as a verdict has them: by the entries that are in them. */
export async function describeDamage(
  store: Store,
  name: string,
  extents: readonly WrongExtent[],
): Promise<Verdict['damage']> {
  const names = await nameEntries(store, name, new Set(extents.map(({ offset }) => offset)));
  return extents.flatMap(({ offset, what }) => {
    const hit = names.get(offset) ?? [];
    return (hit.length > 0 ? hit : [`the extent at ${offset}`]).map((where) => ({ where, what }));
  });
}
