import { Failure } from '../../logging/failure.ts';
import { MAX_BARRED_EXTENTS, damageOf, readDamage, type DamageRecord } from './damage.ts';
import type { Store } from './layout.ts';
import type { Plan } from './plan.ts';

/**
 * Digests that a client must not take over from this archive, because their bytes are damaged there; undefined where
 * they are so many that nothing should be built upon it.
 */
export function listBarred(record: DamageRecord, name: string, index: string): string[] | undefined {
  const damaged = damageOf(record, name, index);
  if (damaged.length > MAX_BARRED_EXTENTS) return undefined;
  return [...new Set(damaged.map(({ sha256 }) => sha256))];
}

/**
 * Sees to it that no damaged extent is taken over from the base. The vault's lock must be held.
 * @throws Failure `refused`: damage that was found since the client was greeted, or a client that does not know of bars.
 */
export async function refuseBarred(store: Store, { head: { base }, extents, originOf }: Plan): Promise<void> {
  if (!base) return;
  const damaged = new Set(damageOf(await readDamage(store), base.name, base.index).map(({ offset }) => offset));
  if (damaged.size === 0) return;
  for (let ordinal = 0; ordinal < extents.count; ordinal++) {
    const from = originOf(ordinal);
    if (!('base' in from) || !damaged.has(from.base)) continue;
    throw new Failure(
      'refused',
      `the recipe takes over the extent at byte ${from.base} of ${base.name}, which is damaged on the backup server's disk`,
      'Run the backup again, with the toolkit of the same version as the backup server: it brings the extent anew.',
    );
  }
}
