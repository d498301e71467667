import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findContainer } from '../../sources/compose/container.ts';
import { queryRows } from '../../sources/postgres/query.ts';
import type { OpenArchive } from '../open-archive.ts';
import { connectServer } from '../connect-server.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { planOnly } from '../restore/plan-only.ts';
import { listHomed } from './homes.ts';

const ownTables = `
  SELECT count(*)::int AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'`;

/**
 * What stands where a restore would put something; nothing on a blank machine, whose databases are there but hold no
 * table. Reads only, and needs nothing to run but the database servers: an application that runs fills its database.
 */
export async function listOccupied(platform: Platform, archive: OpenArchive): Promise<string[]> {
  const { databases, files } = await archive.manifest();
  const homed = listHomed(platform.config).filter(({ name }) => Object.hasOwn(files, name));
  const others = Object.keys(files).filter((source) => !homed.some(({ name }) => name === source));
  const plan = await planOnly(platform, archive, { select: [...Object.keys(databases), ...others] });
  const occupied: string[] = [];
  for (const { key, exists, record } of plan.databases) {
    const database = platform.config.databases.find(({ name }) => name === record.source);
    if (!exists || !database) continue;
    const server = await connectServer(platform, database);
    const [found] = await queryRows<{ tables: number }>(server, record.database, ownTables);
    const tables = found?.tables ?? 0;
    if (tables > 0) occupied.push(`database ${key} holds ${tables} tables`);
  }
  for (const { source, path, replace, remove } of plan.files) {
    if (replace + remove > 0 && (await holdsFile(path))) occupied.push(`${source} holds other files (${path})`);
  }
  for (const { name, place } of homed) {
    if (await hasRun(platform, place.service))
      occupied.push(`${name} may hold files: service ${place.service} has run here (${place.path} in its container)`);
  }
  return occupied;
}

/** A container that never ran holds what its image has, and nothing of anybody's. */
async function hasRun(platform: Platform, service: string): Promise<boolean> {
  const container = await findContainer({ by: 'service', service, project: openProject(platform) });
  return container !== undefined && container.state !== 'created';
}

/** Folders alone are what preparing the platform makes. */
async function holdsFile(path: string): Promise<boolean> {
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.continuity-')) continue;
    if (!entry.isDirectory() || (await holdsFile(join(path, entry.name)))) return true;
  }
  return false;
}
