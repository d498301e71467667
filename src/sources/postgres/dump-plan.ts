import { queryTogether, type QueryOptions } from './query.ts';
import { resolveExclusions, selectTables, writeExclusion, type CatalogueTable } from './catalogue.ts';
import { readFacts, selectFacts, type DatabaseFacts, type FactsRow } from './inspect.ts';
import { selectNeededTables, selectOwnRelations } from './kept-tables.ts';
import type { PostgresServer } from './server.ts';
import {
  listSecurityWarnings,
  parseVersion,
  readClientVersion,
  requireClientFor,
  type PostgresVersion,
} from './versions.ts';

type OwnRelation = Pick<CatalogueTable, 'schema' | 'name'>;

/** All that is looked up before pg_dump starts. */
export interface DumpPlan {
  facts: DatabaseFacts;
  clientVersion: string;
  tables: CatalogueTable[];
  excluded: CatalogueTable[];
  args: string[];
  warnings: string[];
  /** What is to be known of this host, the same with every dump. */
  conditions: string[];
}

export interface PlanOptions {
  server: PostgresServer;
  database: string;
  excludeTableData: readonly string[];
  lockTimeoutMs: number;
  /** The version of pg_dump, where it is being read already: it need not be asked for each database. */
  client?: Promise<PostgresVersion> | undefined;
}

/**
 * Reads the facts and the catalogue of a database and writes pg_dump's arguments: plain SQL with owners and privileges,
 * without CREATE DATABASE (the facts hold what it would say), in the database's own encoding, so that no byte is
 * converted.
 * @throws Failure `source` where the database does not answer, or the client is older than the server.
 */
export async function planDump({ server, database, ...options }: PlanOptions, query: QueryOptions): Promise<DumpPlan> {
  const [[rows, tables, own, needed], client] = await Promise.all([
    queryTogether<[FactsRow, CatalogueTable, OwnRelation, OwnRelation & { by: string }]>(
      server,
      database,
      [selectFacts(database), selectTables, selectOwnRelations, selectNeededTables],
      query,
    ),
    options.client ?? readClientVersion(server, 'pg_dump'),
  ]);
  const facts = readFacts(rows, server, database);
  const serverVersion = parseVersion(facts.serverVersion);
  if (serverVersion) requireClientFor('pg_dump', client, serverVersion, server.label);
  const { excluded, unused } = resolveExclusions(options.excludeTableData, tables);
  const args = ['--format=plain', '--no-password', `--encoding=${facts.encoding}`];
  args.push(`--lock-wait-timeout=${options.lockTimeoutMs}`);
  args.push(...excluded.map((table) => `--exclude-table-data=${writeExclusion(table, facts.encoding)}`));
  args.push(...own.map((relation) => `--exclude-table=${writeExclusion(relation, facts.encoding)}`));
  const warnings = unused.map((pattern) => `database "${database}": exclude-table-data "${pattern}" fits no table`);
  for (const { schema, name, by } of needed) {
    const what = `${schema}.${name}, which a restore keeps, is in the backup as well, since ${by} depends on it`;
    warnings.push(`database "${database}": ${what}: drop that, or make it anew with the live table`);
  }
  const conditions = listSecurityWarnings('pg_dump', client);
  return { facts, clientVersion: client.text, tables, excluded, args, warnings, conditions };
}
