import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { createMissingRoles } from '../../sources/postgres/create-roles.ts';
import { checkStaged, createStaged, finishStaged, loadStaged } from '../../sources/postgres/restore-database.ts';
import type { ArchiveReader } from '../archive-reader.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { DatabaseSwap } from './journal.ts';
import type { PlannedDatabase } from './restore-plan.ts';

/** Creates the roles that the chosen dumps need and their servers lack. Existing ones are never altered. */
export async function createRoles(
  platform: Platform,
  archive: ArchiveReader,
  manifest: Manifest,
  databases: readonly PlannedDatabase[],
): Promise<string[]> {
  const created: string[] = [];
  for (const source of new Set(databases.map(({ record }) => record.source))) {
    const name = `db/globals-${source}.sql`;
    if (!(name in manifest.globals)) continue;
    const globalsSql = await archive.text(name);
    const roles = await createMissingRoles({ server: await serverOf(platform, source), globalsSql });
    created.push(...roles.created.map((role) => `${source}: ${role}`));
  }
  return created;
}

/**
 * Restores one dump into a database beside the live one, and proves it by the fingerprints of the manifest.
 *
 * @throws Failure where the dump cannot be loaded, or what came of it differs.
 */
export async function stageDatabase(
  platform: Platform,
  archive: ArchiveReader,
  { key, record }: { key: string; record: DatabaseRecord },
  { staged }: DatabaseSwap,
): Promise<void> {
  const { logger } = platform;
  const server = await serverOf(platform, record.source);
  logger.info(`Restoring ${key} beside the live database, as ${staged}.`);
  await createStaged({ server, record, staged });
  await loadStaged({ server, staged, chunks: archive.content(record.dump) });
  const differences = await checkStaged({ server, staged, record });
  if (differences.length > 0) {
    throw new Failure(
      'damaged',
      `${key} as restored is not what was backed up: ${differences.slice(0, 5).join('; ')}`,
      `Nothing live was changed. Verify the archive (verify ${archive.name} --level full), or choose another.`,
    );
  }
  await finishStaged({ server, record, staged });
}
