import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { createMissingRoles } from '../../sources/postgres/create-roles.ts';
import { createStaged, finishStaged, loadStaged } from '../../sources/postgres/restore-database.ts';
import type { OpenArchive } from '../open-archive.ts';
import { serverOf } from '../connect-server.ts';
import { runTogether } from '../../system/run-together.ts';
import type { Platform } from '../platform.ts';
import type { DatabaseSwap } from './journal.ts';
import type { PlannedDatabase } from './restore-plan.ts';
import { proveStaged, type Proof } from './prove-staged.ts';
import { adviseOthers } from './stage-damage.ts';

/** Creates the roles that the chosen dumps need and their servers lack. Existing ones are never altered. */
export async function createRoles(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  databases: readonly { record: DatabaseRecord }[],
): Promise<{ created: string[]; notes: string[] }> {
  const result = { created: [] as string[], notes: [] as string[] };
  for (const source of new Set(databases.map(({ record }) => record.source))) {
    const name = `db/globals-${source}.sql`;
    if (!(name in manifest.globals)) continue;
    const globalsSql = await archive.text(name).catch((error: unknown) => {
      throw adviseOthers(error, source);
    });
    const roles = await createMissingRoles({ server: await serverOf(platform, source), globalsSql });
    const withSource = (text: string): string => `${source}: ${text}`;
    result.created.push(...roles.created.map(withSource));
    result.notes.push(
      ...roles.withoutPassword.map((role) => withSource(`role ${role} has no password yet: set one`)),
      ...roles.memberships.map((sql) => withSource(`left to you, as it would alter an existing role: ${sql}`)),
    );
  }
  return result;
}

/** One dump as staged: the swap names its database by number. */
export interface StagedDump {
  key: string;
  swap: DatabaseSwap;
  proof: Proof;
}

/** Restores all chosen dumps, side by side. */
export async function stageDatabases(
  platform: Platform,
  archive: OpenArchive,
  databases: readonly PlannedDatabase[],
  swaps: readonly DatabaseSwap[],
): Promise<StagedDump[]> {
  return await runTogether<StagedDump[]>(
    databases.map((planned, position) => async (signal) => {
      const swap = swaps[position];
      if (!swap) throw new RangeError(`the journal has no place for ${planned.key}`);
      const { oid, proof } = await stageDatabase(platform, archive, planned, swap, signal).catch((error: unknown) => {
        throw adviseOthers(error, planned.key);
      });
      return { key: planned.key, swap: { ...swap, stagedOid: oid }, proof };
    }),
  );
}

/**
 * Restores one dump into a database beside the live one, and proves it by the fingerprints of the manifest.
 *
 * @throws Failure where the dump cannot be loaded, or what came of it differs.
 */
export async function stageDatabase(
  platform: Platform,
  archive: OpenArchive,
  { key, record }: { key: string; record: DatabaseRecord },
  { staged }: Pick<DatabaseSwap, 'staged'>,
  signal: AbortSignal | undefined,
): Promise<{ oid: number; proof: Proof }> {
  if (staged === undefined) throw new RangeError(`the journal has no name for ${key}`);
  const { logger } = platform;
  const server = await serverOf(platform, record.source);
  logger.info(`Restoring ${key} beside the live database, as ${staged}.`);
  const { oid } = await createStaged({ server, record, staged });
  await loadStaged({ server, staged, chunks: archive.content(record.dump), signal });
  const proof = await proveStaged(platform, archive, { key, what: key }, { server, staged, record, signal });
  await finishStaged({ server, record, staged });
  return { oid, proof };
}
