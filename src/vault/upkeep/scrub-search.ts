import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { Extent } from '../../archive/extent.ts';
import { IndexReader } from '../../archive/index-reader.ts';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { openArchive } from '../store/archive-file.ts';
import { checkExtents, dropFromCache, isReadError, type WrongExtent } from '../store/check-extents.ts';
import { appendDamage, readDamage, type DamagedExtent } from '../store/damage.ts';
import { archivePath, type Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { recordDamage } from '../store/record-damage.ts';
import { isStillKnown } from './scrub-survey.ts';

/**
 * Looks into all archives for extents with the digests of those that were found damaged, and at their bytes there: who
 * shares the bytes is damaged too, who has a good copy is not. Until it got through, every run begins it anew.
 */
export async function searchSharers(
  store: Store,
  lines: readonly LedgerLine[],
  logger: Logger,
  signal?: AbortSignal,
): Promise<{ damage: DamagedExtent[]; faults: string[] }> {
  const { unsearched } = await readDamage(store);
  const found = { damage: [] as DamagedExtent[], faults: [] as string[] };
  if (unsearched.size === 0) return found;
  let isWhole = true;
  logger.info(`Looks into ${countOf(lines.length, 'archive')} for ${countOf(unsearched.size, 'damaged extent')}.`);
  for (const { name, index } of lines) {
    signal?.throwIfAborted();
    if (index === undefined) continue;
    try {
      const wrong = await findWrong(store, name, unsearched);
      found.damage.push(...(await recordDamage(store, { name, index, wrong, by: 'search' })));
    } catch (error) {
      if (!(await isStillKnown(store, name))) continue;
      found.faults.push(`${name} cannot be searched for damaged extents: ${messageOf(error)}`);
      // What cannot be read today can be tomorrow; what has no index never will.
      isWhole &&= error instanceof ArchiveDamage;
    }
  }
  if (isWhole)
    await appendDamage(
      store,
      [...unsearched].map((searched) => ({ searched })),
    );
  return found;
}

async function findWrong(store: Store, name: string, digests: ReadonlySet<string>): Promise<WrongExtent[]> {
  const file = await openArchive(store, name);
  try {
    const places = await findPlaces(file.readIndex(), digests);
    const path = archivePath(store, name);
    if (places.length > 0) await dropFromCache(path);
    const wrong: WrongExtent[] = [];
    for await (const block of checkExtents({ path, handle: file.handle }, places)) wrong.push(...block.wrong);
    return wrong;
  } finally {
    await file.close();
  }
}

async function findPlaces(index: AsyncIterable<Buffer>, digests: ReadonlySet<string>): Promise<Extent[]> {
  try {
    const reader = await IndexReader.open(index);
    const places = [...reader.extents].filter(({ sha256 }) => digests.has(sha256));
    await reader.close();
    return places;
  } catch (error) {
    const isMisfit = error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
    if (!isMisfit && !isReadError(error)) throw error;
    throw new ArchiveDamage('the index', messageOf(error), { cause: error });
  }
}
