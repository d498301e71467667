import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectServer } from '../connect-server.ts';
import { queryRows } from '../../sources/postgres/query.ts';
import type { Platform } from '../platform.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';

const ownTables = `
  SELECT count(*)::int AS tables FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'`;

/**
 * What stands where a restore would put something; nothing on a blank machine, whose databases are there but hold no
 * table. Reads only.
 */
export async function listOccupied(platform: Platform, plan: RestorePlan): Promise<string[]> {
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
  return occupied;
}

/** Folders alone are what preparing the platform makes. */
async function holdsFile(path: string): Promise<boolean> {
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.continuity-')) continue;
    if (!entry.isDirectory() || (await holdsFile(join(path, entry.name)))) return true;
  }
  return false;
}
