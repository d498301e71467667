import { messageOf } from '../../logging/failure.ts';
import { hasDatabase, hasTable } from '../../sources/postgres/open-as.ts';
import { showIdentifier } from '../../sources/postgres/table-name.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { NewPlace, RestoreJournal } from './journal.ts';

/**
 * Says which new tables and databases an unfinished restore had made by then, whose answers may have got lost. They hold
 * proven rows, and nobody uses them yet: they stay. Never fails; what cannot be looked at is said to be uncertain.
 */
export async function findMade(platform: Platform, { makes = [] }: RestoreJournal): Promise<string[]> {
  const found: string[] = [];
  for (const place of makes) {
    const name = nameOf(place);
    try {
      if (await isThere(platform, place)) found.push(`${name} is there`);
    } catch (error) {
      found.push(`whether ${name} was made cannot be told (${messageOf(error)})`);
    }
  }
  return found;
}

async function isThere(platform: Platform, { source, database, table }: NewPlace): Promise<boolean> {
  const server = await serverOf(platform, source);
  if (!(await hasDatabase(server, database))) return false;
  return table === undefined || (await hasTable(server, database, table));
}

function nameOf({ database, table }: NewPlace): string {
  const name = `database "${database}"`;
  return table
    ? `the new table ${showIdentifier(table.schema)}.${showIdentifier(table.name)} of ${name}`
    : `the new ${name}`;
}
