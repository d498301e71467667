import { splitQualifiedName } from './dump-statements.ts';
import { isLeftOut } from './kept-tables.ts';
import { queryRows, type QueryOptions } from './query.ts';
import type { PostgresServer } from './server.ts';

/** A table whose rows pg_dump writes. */
export interface CatalogueTable {
  oid: string;
  schema: string;
  name: string;
  /** For a partition: itself and the tables above it, as `[schema, name]`. */
  ancestors: [string, string][] | null;
}

/** Ordinary tables and leaves of partitioned ones, ours apart; what an extension made is written by CREATE EXTENSION. */
export const selectTables = `SELECT c.oid::text, n.nspname AS schema, c.relname AS name,
  CASE WHEN c.relispartition THEN (
    SELECT json_agg(json_build_array(an.nspname, a.relname)) FROM pg_partition_ancestors(c.oid) p
    JOIN pg_class a ON a.oid = p.relid JOIN pg_namespace an ON an.oid = a.relnamespace) END AS ancestors
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT ${isLeftOut}
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'e'
    AND ((d.classid = 'pg_class'::regclass AND d.objid = c.oid) OR (d.classid = 'pg_namespace'::regclass AND d.objid = n.oid)))
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

export async function readTables(
  server: PostgresServer,
  database: string,
  options: QueryOptions = {},
): Promise<CatalogueTable[]> {
  return queryRows<CatalogueTable>(server, database, selectTables, options);
}

/**
 * The tables whose rows are left out, by patterns as PostgreSQL writes them: `sessions` (in any schema),
 * `audit.*`, `"Élèves".cache_?`; a partitioned table stands for its partitions. Also the patterns that fit nothing.
 */
export function resolveExclusions(
  patterns: readonly string[],
  tables: readonly CatalogueTable[],
): { excluded: CatalogueTable[]; unused: string[] } {
  const excluded = new Set<CatalogueTable>();
  const unused = patterns.filter((pattern) => {
    const fits = compilePattern(pattern);
    const found = tables.filter((table) =>
      (table.ancestors ?? [[table.schema, table.name] as const]).some(([schema, name]) => fits(schema, name)),
    );
    for (const table of found) excluded.add(table);
    return found.length === 0;
  });
  return { excluded: [...excluded], unused };
}

function compilePattern(pattern: string): (schema: string, name: string) => boolean {
  const parts = (pattern.match(/(?:"(?:[^"]|"")*"|[^".])+/g) ?? []).map((part) => {
    const pieces = part.match(/"(?:[^"]|"")*"|[*]|[?]|[^"*?]+/g) ?? [];
    const source = pieces.map((piece) => {
      if (piece === '*') return '.*';
      if (piece === '?') return '.';
      const literal = piece.startsWith('"') ? piece.slice(1, -1).replaceAll('""', '"') : piece.toLowerCase();
      return literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    });
    return new RegExp(`^${source.join('')}$`, 'su');
  });
  const [schemaPattern, namePattern] = parts.length > 1 ? parts : [undefined, parts[0]];
  return (schema, name) => namePattern !== undefined && namePattern.test(name) && (schemaPattern?.test(schema) ?? true);
}

/** One table as a pattern of pg_dump's that fits it alone; outside UTF-8 databases arguments cannot hold all letters. */
export function writeExclusion(table: Pick<CatalogueTable, 'schema' | 'name'>, encoding: string): string {
  const quote = (name: string) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    return encoding === 'UTF8' ? quoted : quoted.replace(/[^\x00-\x7f]/gu, '"?"');
  };
  return `${quote(table.schema)}.${quote(table.name)}`;
}

/**
 * Tables that a dump should hold and does not. Tables come and go while a dump runs, and its snapshot lies somewhere
 * between two looks at the catalogue: what was there at both, under one name and identity, was there in the snapshot.
 */
export function findMissingTables(
  before: readonly CatalogueTable[],
  after: readonly CatalogueTable[],
  excluded: readonly CatalogueTable[],
  dumped: Iterable<string>,
): string[] {
  const key = (schema: string, name: string) => `${schema}\0${name}`;
  const found = new Set([...dumped].map((name) => splitQualifiedName(name).join('\0')));
  const later = new Map(after.map((table) => [table.oid, table]));
  const left = new Set(excluded.map(({ oid }) => oid));
  return before
    .filter(({ oid, schema, name }) => {
      const same = later.get(oid);
      return !left.has(oid) && same !== undefined && same.schema === schema && same.name === name;
    })
    .filter(
      ({ schema, name, ancestors }) =>
        ![[schema, name] as const, ...(ancestors ?? [])].some(([a, b]) => found.has(key(a, b))),
    )
    .map(({ schema, name }) => `${schema}.${name}`);
}
