import { Failure } from '../../logging/failure.ts';
import { resolveExclusions, writeExclusion, type CatalogueTable } from './catalogue.ts';
import { queryRows } from './query.ts';
import { restoreApplicationName } from './restore-session.ts';
import { streamTool } from './stream-tool.ts';
import { readTableGround } from './table-facts.ts';
import { readEncoding, type RowSource } from './table-rows.ts';

/**
 * Looks whether a staged table can be made anew alone in a live database, and undone: before anybody has to wait for it.
 * @throws Failure `refused` where it cannot; `source` with the server's message.
 */
export async function requireRecreatable({ server, database, schema, table }: RowSource): Promise<void> {
  const refuse = (why: string): Failure => {
    const next = 'Nothing was changed. Restore it beside instead: leave out --in-place.';
    return new Failure('refused', `table ${schema}.${table}, which is missing, cannot be made anew: ${why}`, next);
  };
  const { table: staged } = await readTableGround(server, database, schema, table);
  if (staged?.isPartition) throw refuse('it is a partition, which could not be undone');
  const encoding = await readEncoding(server, database);
  if (encoding === 'UTF8') return;
  const select = `SELECT c.oid::text, n.nspname AS schema, c.relname AS name, NULL AS ancestors
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`;
  const relations = await queryRows<CatalogueTable>(server, database, select, {
    applicationName: restoreApplicationName,
  });
  const { excluded } = resolveExclusions([writeExclusion({ schema, name: table }, encoding)], relations);
  const others = excluded.filter(({ schema: space, name }) => space !== schema || name !== table);
  if (others.length === 0) return;
  const listed = others.map((other) => `${other.schema}.${other.name}`).join(', ');
  throw refuse(`in encoding ${encoding} pg_dump cannot tell its name from ${listed}`);
}

/**
 * One table of a database as SQL, with its rows, indexes, constraints, triggers, privileges and the sequences that belong
 * to it; in the database's own encoding. @throws Failure `source`
 */
export async function* dumpTable(source: RowSource): AsyncGenerator<Buffer, void, undefined> {
  const { server, database, schema, table } = source;
  const encoding = await readEncoding(server, database);
  // One pattern of pg_dump's is like the other.
  const only = writeExclusion({ schema, name: table }, encoding);
  const args = ['--format=plain', '--no-password', `--encoding=${encoding}`, `--table=${only}`];
  yield* streamTool('pg_dump', args, { server, database, what: `dumping ${schema}.${table} from "${database}"` });
}
