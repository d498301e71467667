import { selectDependents } from './dependents.ts';
import { queryTogether, quoteLiteral } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

export interface TableColumn {
  name: string;
  /** With its modifiers, qualified where it is none of PostgreSQL's own: `character varying(40)`, `public.mood`. */
  type: string;
  /** Qualified; null where it is that of the type. */
  collation: string | null;
  isGenerated: boolean;
}

/** A table, or whatever else has its name, as it stands in a database. */
export interface TableFacts {
  /** `r`: an ordinary table; `p`, `v`, `m`, `f`, …: as in `pg_class.relkind`. */
  kind: string;
  isPartition: boolean;
  /** The extension that it belongs to. */
  extension: string | null;
  owner: string;
  /** Whether we may do with it what its owner may. */
  isOurs: boolean;
  sizeBytes: number;
  /** As the planner last counted them; -1 where it never has. */
  estimatedRows: number;
  /** Triggers and rules of its own that are on; those among them that fire even while rows are replicated. */
  triggers: string[];
  alwaysTriggers: string[];
  /** Foreign keys from it, and to it: `table.constraint`. */
  foreignKeys: string[];
  forcesRowSecurity: boolean;
  /** What depends on it and is no part of it: `view public.titles`. */
  dependents: string[];
}

/** What a database says about where a table is to be restored. */
export interface TableGround {
  isSuper: boolean;
  hasSchema: boolean;
  /** Whether we may create tables in the schema. */
  mayCreate: boolean;
  databaseOwner: string;
  /** Names in the schema that a table cannot have any more. */
  taken: string[];
  table: TableFacts | null;
  columns: TableColumn[];
}

type GroundRow = Omit<TableGround, 'columns'>;

/** Looks at a table of a database, which may be missing. Reads only. @throws Failure `source` */
export async function readTableGround(
  server: PostgresServer,
  database: string,
  schema: string,
  table: string,
): Promise<TableGround> {
  const [[ground], columns] = await queryTogether<[GroundRow, TableColumn]>(
    server,
    database,
    [selectGround(schema, table), selectColumns(schema, table)],
    { applicationName: restoreApplicationName },
  );
  return { ...(ground as GroundRow), columns };
}

/** Columns that came with later majors are read as JSON: absent ones are null, not an error. */
function selectColumns(schema: string, table: string): string {
  return `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format('%I.%I', n.nspname, c.collname)
      FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = a.attcollation) END AS collation,
    coalesce(to_jsonb(a) ->> 'attgenerated', '') <> '' AS "isGenerated"
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_class r ON r.oid = a.attrelid
    JOIN pg_namespace s ON s.oid = r.relnamespace
  WHERE s.nspname = ${quoteLiteral(schema)} AND r.relname = ${quoteLiteral(table)} AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;
}

function selectGround(schema: string, table: string): string {
  const [schemaText, tableText] = [quoteLiteral(schema), quoteLiteral(table)];
  return `SELECT current_setting('is_superuser') = 'on' AS "isSuper",
    EXISTS (SELECT FROM pg_namespace WHERE nspname = ${schemaText}) AS "hasSchema",
    coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = ${schemaText}), false) AS "mayCreate",
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()) AS "databaseOwner",
    (SELECT coalesce(json_agg(name), '[]') FROM (
      SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${schemaText}
      UNION SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ${schemaText}) AS names
      WHERE name LIKE '%\\_restored\\_%') AS taken,
    (SELECT json_build_object('kind', c.relkind, 'isPartition', c.relispartition, 'owner', pg_get_userbyid(c.relowner),
      'isOurs', pg_has_role(c.relowner, 'USAGE'), 'sizeBytes', pg_total_relation_size(c.oid), 'estimatedRows', c.reltuples,
      'extension', (SELECT e.extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' LIMIT 1),
      'triggers', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
        SELECT tgname AS name FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND tgenabled <> 'D'
        UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class = c.oid AND ev_type <> '1' AND ev_enabled <> 'D') AS active),
      'alwaysTriggers', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (
        SELECT tgname AS name FROM pg_trigger WHERE tgrelid = c.oid AND tgenabled IN ('A', 'R')
        UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class = c.oid AND ev_type <> '1' AND ev_enabled IN ('A', 'R')) AS always),
      'foreignKeys', (SELECT coalesce(json_agg(f.conrelid::regclass || '.' || quote_ident(f.conname) ORDER BY f.conname), '[]') FROM pg_constraint f
        WHERE f.contype = 'f' AND c.oid IN (f.conrelid, f.confrelid)),
      'forcesRowSecurity', c.relrowsecurity AND c.relforcerowsecurity
        AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
      'dependents', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM (${selectDependents('c.oid')}) AS dependents))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schemaText} AND c.relname = ${tableText}) AS table`;
}
