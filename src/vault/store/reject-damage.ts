import { Failure } from '../../logging/failure.ts';
import type { WrongDigest } from './copy-run.ts';
import type { Store } from './layout.ts';
import type { Plan } from './plan.ts';
import { dropSegment } from './segments.ts';
import { recordVerdict } from './verdicts.ts';

/**
 * What follows when an extent's bytes turn out to be wrong while they are copied: a segment is removed, so that the next
 * upload brings it anew; an older archive is remembered as damaged, so that no backup builds upon it again.
 */
export async function rejectDamage(store: Store, plan: Plan, { ordinal }: WrongDigest): Promise<Failure> {
  const origin = plan.originOf(ordinal);
  if ('segment' in origin) {
    await dropSegment(store, origin.segment);
    return new Failure(
      'damaged',
      `segment ${origin.segment.slice(0, 12)}… does not hold what was announced (byte ${origin.at}): it was changed on its way`,
      'It has been removed; run the backup again, which sends it anew.',
    );
  }
  const { name = '', index = '' } = plan.head.base ?? {};
  const { sha256, length } = plan.extents.at(ordinal);
  await recordVerdict(store, {
    name,
    index,
    level: 'seal',
    isSound: false,
    damage: [
      { where: `extent at byte ${origin.base}`, what: `its bytes do not have the digest ${sha256.slice(0, 12)}…` },
    ],
    checked: { extents: 1, entries: 0, bytes: length, databases: [], tables: 0 },
    time: store.now().toISOString(),
  });
  return new Failure(
    'damaged',
    `${name} is damaged on the backup server's disk, at byte ${origin.base}`,
    'Run the backup again: it no longer builds upon that archive. Have the others verified, and the disk looked at.',
  );
}
