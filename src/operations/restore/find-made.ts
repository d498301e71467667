import { messageOf } from '../../logging/failure.ts';
import { hasDatabase, hasTable } from '../../sources/postgres/open-as.ts';
import { showIdentifier } from '../../sources/postgres/table-name.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import type { NewPlace, RestoreJournal } from './journal.ts';

/**
 * Says which new tables and databases an unfinished restore had made by then, whose answers may have got lost. They hold
 * proven rows, and nobody uses them yet: they stay. Never fails; what cannot be looked at is said to be uncertain. A server
 * that does not answer was awaited long enough by then.
 */
export async function findMade(platform: Platform, { makes = [] }: RestoreJournal): Promise<string[]> {
  const found: string[] = [];
  for (const [source, places] of groupBy(makes, (place) => place.source)) {
    const untold = new Set(places);
    try {
      for (const place of places) {
        if (await isThere(platform, place)) found.push(`${nameOf(place)} is there`);
        untold.delete(place);
      }
    } catch (error) {
      const names = [...untold].map(nameOf).join(', ');
      found.push(`whether ${names} on the server of ${source} was made cannot be told (${messageOf(error)})`);
    }
  }
  return found;
}

async function isThere(platform: Platform, { source, database, table, oid }: NewPlace): Promise<boolean> {
  // One that was never staged cannot have got its name.
  if (!table && oid === undefined) return false;
  const server = await serverOf(platform, source);
  const options = { retryForMs: 0 };
  if (!table) return await hasDatabase(server, database, { oid, ...options });
  return (await hasDatabase(server, database, options)) && (await hasTable(server, database, table, options));
}

function nameOf({ database, table }: NewPlace): string {
  const name = `database "${database}"`;
  return table
    ? `the new table ${showIdentifier(table.schema)}.${showIdentifier(table.name)} of ${name}`
    : `the new ${name}`;
}
