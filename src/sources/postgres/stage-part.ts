import type { DatabaseRecord, Fingerprints, Place } from '../../archive/manifest.ts';
import { splitQualifiedName } from './dump-statements.ts';
import { tableKey } from './table-name.ts';
import { quoteLiteral } from './query.ts';
import { runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** A table by its schema and name, without quotes. */
export interface TableId {
  schema: string;
  table: string;
}

/** Whether a name, quoted as in a dump, is that table's. */
export function isTable(name: string, { schema, table }: TableId): boolean {
  return tableKey(name) === tableKey([schema, table]);
}

/**
 * Which parts of a dump hold its structure and the rows of some tables; undefined where the archive does not say, and
 * the dump is to be read whole.
 */
export function findPlaces(
  { fingerprints, sizeBytes }: DatabaseRecord,
  tables: readonly TableId[],
  hasTail: boolean,
): Place[] | undefined {
  const { structure } = fingerprints;
  const wanted = Object.entries(fingerprints.tables).filter(([name]) => tables.some((table) => isTable(name, table)));
  if (!structure || wanted.some(([, { places }]) => !places)) return undefined;
  const blocks = wanted.flatMap(([, { places = [] }]) => places).sort((a, b) => a.offset - b.offset);
  const { headBytes, tailOffset } = structure;
  const places = [
    { offset: 0, length: headBytes },
    ...blocks,
    ...(hasTail ? [{ offset: tailOffset, length: sizeBytes - tailOffset }] : []),
  ];
  // An archive that says nonsense is one that says nothing.
  const isOrdered = places.every(
    ({ offset, length }, at) => length >= 0 && offset + length <= (places[at + 1]?.offset ?? sizeBytes),
  );
  return isOrdered ? places : undefined;
}

/** Of a database's fingerprints those of some tables, and nothing else. */
export function onlyOf({ tables: all }: Fingerprints, tables: readonly TableId[]): Fingerprints {
  const chosen = Object.entries(all).filter(([name]) => tables.some((table) => isTable(name, table)));
  return { tables: Object.fromEntries(chosen), sequences: {}, largeObjects: { count: 0, bytes: 0, sha256: '' } };
}

/** Gives the sequences that belong to some staged tables the values that the archive has of them. @throws Failure `source` */
export async function setSequences(
  server: PostgresServer,
  staged: string,
  { fingerprints }: DatabaseRecord,
  tables: readonly TableId[],
): Promise<void> {
  const names = tables.map(({ schema, table }) => `(${quoteLiteral(schema)}, ${quoteLiteral(table)})`).join(', ');
  const values = JSON.stringify(
    Object.entries(fingerprints.sequences).map(([name, { value, called }]) => {
      const [schema = '', sequence = ''] = splitQualifiedName(name);
      return { schema, sequence, value, called };
    }),
  );
  const sql = `SET search_path = pg_catalog;
SELECT json_build_object('set', setval(q.oid, v.value, v.called))
FROM json_to_recordset(${quoteLiteral(values)}) AS v (schema text, sequence text, value bigint, called boolean)
JOIN pg_namespace n ON n.nspname = v.schema JOIN pg_class q ON q.relnamespace = n.oid AND q.relname = v.sequence AND q.relkind = 'S'
WHERE EXISTS (SELECT FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace s ON s.oid = t.relnamespace
  WHERE d.classid = 'pg_class'::regclass AND d.objid = q.oid AND d.deptype IN ('a', 'i') AND (s.nspname, t.relname) IN (${names}));
`;
  await runStatements(server, staged, sql);
}
