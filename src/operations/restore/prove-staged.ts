import { Failure } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { checkForeignStaged, checkStaged, type CheckOptions } from '../../sources/postgres/restore-database.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';

/** How far what was staged is equal to its fingerprints: in all, but for the content of some tables. */
export interface Proof {
  /** Tables whose rows are as many as expected, and could not be compared; names as in a dump. */
  uncompared: string[];
  /** What people are told of these. */
  notes: string[];
}

/**
 * Proves a staged database, or what is meant of it, by the fingerprints of the manifest. Of an archive that was not made
 * here, some tables may not be comparable.
 * @throws Failure `damaged` where `what` differs from them.
 */
export async function proveStaged(
  platform: Platform,
  archive: OpenArchive,
  { key, what }: { key: string; what: string },
  options: CheckOptions,
): Promise<Proof> {
  const { differences, uncompared } = archive.isForeign
    ? await checkForeignStaged(options, ['UTC', platform.config.timezone])
    : { differences: await checkStaged(options), uncompared: [] };
  const notes = uncompared.length > 0 ? [describeUncompared(key, uncompared)] : [];
  for (const note of notes) platform.logger.warning(note);
  if (differences.length === 0) return { uncompared, notes };
  throw new Failure(
    'damaged',
    `${what} as restored is not what was backed up: ${differences.slice(0, 5).join('; ')}`,
    `Nothing live was changed. Verify the archive (verify ${archive.name} --level full), or choose another.`,
  );
}

function describeUncompared(key: string, tables: readonly string[]): string {
  const first = `${tables.slice(0, 5).join(', ')}${tables.length > 5 ? ', …' : ''}`;
  return `${key}: the rows of ${countOf(tables.length, 'table')} were counted, not compared (${first}): this server writes their values otherwise than the old dump`;
}
