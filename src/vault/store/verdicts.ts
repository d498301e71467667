import { readFile } from 'node:fs/promises';
import { writeDurably } from '../../system/durable-file.ts';
import type { Verdict } from '../vault-client.ts';
import { verdictPath, type Store } from './layout.ts';

/** More damage than this is not listed. */
export const LISTED_DAMAGE = 1000;
/** What stands for the index of a foreign archive. */
export const NO_INDEX = '';

/** The last word on an archive; undefined where nobody has looked at it since it was sealed. */
export async function readVerdict(store: Store, name: string, index: string | undefined): Promise<Verdict | undefined> {
  try {
    const verdict = JSON.parse(await readFile(verdictPath(store, name), 'utf8')) as Verdict;
    return verdict.name === name && verdict.index === (index ?? NO_INDEX) ? verdict : undefined;
  } catch {
    // None was written, or a crash cut it: either way nothing is known.
    return undefined;
  }
}

/** Whether an archive may be built upon, as far as its verdict says: what is barred in it is another matter. */
export function allowsBuilding(verdict: Verdict | undefined): boolean {
  return verdict === undefined || verdict.isSound || verdict.isExtentsOnly === true;
}

/**
 * Records what a verification found. A quick look that finds nothing takes nothing back, neither a full one's word nor
 * any bad news (whoever met wrong bytes has looked no further either): only a full one does. Nor does a quick look that
 * finds damage stand in for a full one that had: that one names all of it. What a scrub found is added to what was known.
 */
export async function recordVerdict(store: Store, verdict: Verdict): Promise<void> {
  const before = await readVerdict(store, verdict.name, verdict.index);
  const saysMore = before && (verdict.isSound ? before.level === 'full' || !before.isSound : isFullDamage(before));
  if (saysMore && verdict.level === 'seal') return;
  const said = verdict.level === 'scrub' && before && !before.isSound ? join(before, verdict) : verdict;
  await writeDurably(verdictPath(store, verdict.name), JSON.stringify(said), 0o600);
}

/** Both in one; of the level that had looked further, which is never the scrub. What was so when it was adopted is no more. */
function join(before: Verdict, found: Verdict): Verdict {
  const { isExtentsOnly: wasExtentsOnly, isAsAdopted: _was, isDumpsOnly: _were, ...rest } = before;
  const isKnown = (where: string): boolean => before.damage.some((damage) => damage.where === where);
  const damage = [...before.damage, ...found.damage.filter(({ where }) => !isKnown(where))].slice(0, LISTED_DAMAGE);
  const isExtentsOnly = wasExtentsOnly === true && found.isExtentsOnly === true;
  return { ...rest, damage, time: found.time, ...(isExtentsOnly ? { isExtentsOnly } : {}) };
}

function isFullDamage({ level, isSound }: Verdict): boolean {
  return level === 'full' && !isSound;
}
