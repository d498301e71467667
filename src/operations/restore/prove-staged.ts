import { Failure } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { checkForeignStaged, checkStaged, type CheckOptions } from '../../sources/postgres/restore-database.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';

/**
 * Proves a staged database, or what is meant of it, by the fingerprints of the manifest. Of an archive that was not made
 * here, some tables may not be comparable: they are named in a warning.
 * @throws Failure `damaged` where `what` differs from them.
 */
export async function proveStaged(
  platform: Platform,
  archive: OpenArchive,
  { key, what }: { key: string; what: string },
  options: CheckOptions,
): Promise<void> {
  const differences = archive.isForeign ? await compareForeign(platform, key, options) : await checkStaged(options);
  if (differences.length === 0) return;
  throw new Failure(
    'damaged',
    `${what} as restored is not what was backed up: ${differences.slice(0, 5).join('; ')}`,
    `Nothing live was changed. Verify the archive (verify ${archive.name} --level full), or choose another.`,
  );
}

async function compareForeign({ config, logger }: Platform, key: string, options: CheckOptions): Promise<string[]> {
  const { differences, uncompared } = await checkForeignStaged(options, ['UTC', config.timezone]);
  if (uncompared.length > 0) {
    const first = `${uncompared.slice(0, 5).join(', ')}${uncompared.length > 5 ? ', …' : ''}`;
    logger.warning(
      `${key}: the rows of ${countOf(uncompared.length, 'table')} were counted, not compared (${first}): this server writes their values otherwise than the old dump`,
    );
  }
  return differences;
}
