import type { CatalogueTable } from './catalogue.ts';
import { queryRows, quoteIdentifier, quoteLiteral, type QueryOptions } from './query.ts';
import type { PostgresServer } from './server.ts';

/** What needs no quotes, whatever the version; a word that is reserved may have them or not. */
const PLAIN = /^[a-z_][a-z0-9_]*$/;

/**
 * The rows of each table as a dump would have them, those of its own and not of what inherits from it, by qualified
 * name, quoted where it must be; all at one moment.
 * @throws Failure `source`
 */
export async function countRows(
  server: PostgresServer,
  database: string,
  tables: readonly CatalogueTable[],
  options: QueryOptions,
): Promise<Record<string, { rows: number }>> {
  if (tables.length === 0) return {};
  const selects = tables.map(({ schema, name }) => {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
    const shown = [schema, name].map((part) => (PLAIN.test(part) ? part : quoteIdentifier(part))).join('.');
    return `SELECT ${quoteLiteral(shown)} AS name, count(*) AS rows FROM ONLY ${table}`;
  });
  const found = await queryRows<{ name: string; rows: number }>(
    server,
    database,
    selects.join('\nUNION ALL\n'),
    options,
  );
  return Object.fromEntries(found.map(({ name, rows }) => [name, { rows }]));
}
