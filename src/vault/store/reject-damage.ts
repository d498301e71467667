import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { Failure } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { openArchive } from './archive-file.ts';
import { isReadError } from './check-extents.ts';
import { WrongDigest } from './copy-run.ts';
import { findWrongExtents } from './find-wrong-extents.ts';
import type { Store } from './layout.ts';
import type { Plan } from './plan.ts';
import { recordDamage } from './record-damage.ts';
import { dropSegment } from './segments.ts';
import { verifySealed } from './verify.ts';

type Progress = (doneBytes: number, totalBytes: number) => void;

/**
 * What follows when extents turn out to be damaged while they are copied: a segment is removed, so that the next upload
 * brings it anew; the base is read to its end, and all that is damaged there is barred, so that the next backup brings
 * that anew. Returns what to tell the client; an error that is no such thing as it is.
 */
export async function rejectDamage(store: Store, plan: Plan, error: unknown, progress: Progress): Promise<unknown> {
  if (!(error instanceof WrongDigest) && !isReadError(error)) return error;
  const origin = error instanceof WrongDigest ? plan.originOf(error.ordinal) : undefined;
  if (origin && 'segment' in origin) {
    await dropSegment(store, origin.segment);
    return new Failure(
      'damaged',
      `segment ${origin.segment.slice(0, 12)}… does not hold what was announced (byte ${origin.at}): it was changed on its way`,
      'It has been removed; run the backup again, which sends it anew.',
    );
  }
  const { base } = plan.head;
  if (!base) return error;
  const file = await openArchive(store, base.name);
  const wrong = await findWrongExtents(store, { ...base, file }, progress)
    .catch((failure: unknown) => {
      if (failure instanceof ArchiveDamage) return [];
      throw failure;
    })
    .finally(() => file.close());
  if (wrong.length === 0) return error;
  await recordDamage(store, { ...base, wrong, by: 'seal' });
  return new Failure(
    'damaged',
    `${base.name} is damaged on the backup server's disk: ${countOf(wrong.length, 'extent')}, the first at byte ${wrong[0]?.offset}`,
    'Run the backup again: it brings them anew. Have the disk looked at; scrub names the archives that are hit.',
    { cause: error },
  );
}

/**
 * What follows when a recipe cannot be followed: where the fault is the base's own index, the base gets its verdict, and
 * the next backup builds upon an older one. Returns what to tell the client.
 */
export async function blameBase(store: Store, name: string, error: unknown): Promise<unknown> {
  const verdict = await verifySealed({ store, name, level: 'seal', progress: () => {} }).catch(() => undefined);
  if (!verdict || verdict.isSound) return error;
  return new Failure(
    'damaged',
    `the index of ${name} is damaged on the backup server's disk`,
    'Run the backup again: it builds upon an older archive. Have the disk looked at.',
    { cause: error },
  );
}
