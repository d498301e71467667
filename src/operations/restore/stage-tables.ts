import type { DatabaseRecord } from '../../archive/manifest.ts';
import { takePart } from '../../sources/postgres/dump-part.ts';
import { decodeName, splitQualifiedName, type ForeignKey } from '../../sources/postgres/dump-statements.ts';
import { createStaged, loadStaged } from '../../sources/postgres/restore-database.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { findPlaces, onlyOf, setSequences, type TableId } from '../../sources/postgres/stage-part.ts';
import { readTableGround } from '../../sources/postgres/table-facts.ts';
import type { RowSource } from '../../sources/postgres/table-rows.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { proveStaged, type Proof } from './prove-staged.ts';
import { adviseOthers } from './stage-damage.ts';

export interface StageOptions {
  platform: Platform;
  archive: OpenArchive;
  server: PostgresServer;
  key: string;
  record: DatabaseRecord;
  tables: readonly TableId[];
  staged: string;
  /** Also their indexes, constraints and triggers. */
  hasTail: boolean;
}

export interface StagedTables {
  oid: number;
  proof: Proof;
  /** The tables as staged, in the order in which they were asked for. */
  sources: RowSource[];
  /** Foreign keys of the whole dump, as they were left out: names without quotes, statements as text. */
  foreignKeys: { table: TableId; constraint: string; references: TableId; statement: string }[];
}

/**
 * Restores some tables of a dump into a database beside the live one, which has the archive's whole structure and no
 * other rows, and proves them by the fingerprints of the manifest. No more of the dump is fetched than that takes, where
 * the archive says where it lies.
 * @throws Failure where they cannot be loaded, or what came of it differs.
 */
export async function stageTables(options: StageOptions): Promise<StagedTables> {
  const { platform, archive, server, key, record, tables, staged, hasTail } = options;
  const { logger, signal } = platform;
  const names = tables.map(({ schema, table }) => `${schema}.${table}`).join(', ');
  logger.info(`Restoring ${names} of ${key} beside the live database, in ${staged}.`);
  const { oid } = await createStaged({ server, record, staged });
  const places = findPlaces(record, tables, hasTail);
  if (!places) logger.info(`${archive.name} does not say where rows lie in its dumps: ${key} is read through.`);
  const fetched = places ? archive.parts(record.dump, places) : archive.content(record.dump);
  const keys: ForeignKey[] = [];
  const chunks = takePart(fetched, {
    tables: tables.map(({ schema, table }) => [schema, table] as const),
    hasTail,
    noteForeignKey: (found) => keys.push(found),
  });
  try {
    await loadStaged({ server, staged, chunks, isPart: !hasTail, ...(signal ? { signal } : {}) });
  } catch (error) {
    throw adviseOthers(error, key);
  }
  const proof = await proveStaged(
    platform,
    archive,
    { key, what: `${names} of ${key}` },
    { server, staged, record, only: (all) => onlyOf(all, tables), signal },
  );
  if (hasTail) await setSequences(server, staged, record, tables);
  const sources: RowSource[] = [];
  for (const { schema, table } of tables) {
    const { columns } = await readTableGround(server, staged, schema, table);
    sources.push({ server, database: staged, schema, table, columns });
  }
  const decode = (text: string): string => decodeName(text, record.encoding);
  const idOf = (name: string): TableId => {
    const [schema = '', table = ''] = splitQualifiedName(decode(name));
    return { schema, table };
  };
  return {
    oid,
    proof,
    sources,
    foreignKeys: keys.map(({ table, constraint, references, statement }) => ({
      table: idOf(table),
      constraint: splitQualifiedName(decode(constraint))[0] ?? '',
      references: idOf(references),
      statement: decode(statement),
    })),
  };
}
