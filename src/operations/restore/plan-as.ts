import { isDeepStrictEqual } from 'node:util';
import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import type { DatabaseConfig } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import { hasDatabase } from '../../sources/postgres/open-as.ts';
import { stagedNameOf } from '../../sources/postgres/own-names.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { connectServer } from '../connect-server.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { choose } from './choose.ts';
import { estimatePart, type PartWork } from './estimate-part.ts';
import type { RestoreEstimate } from './estimate.ts';
import { describeArchive, lookAtDump, warnOfDamage, type PlannedArchive } from './look-at-dump.ts';
import { workOfTables } from './part-work.ts';
import { demandOf } from './room.ts';
import { checkPartRoom, demandOfPart } from './table-room.ts';
import { chooseTables, type AskedTable, type ChosenTable } from './table-choice.ts';

/** What would be restored under another name, before anything is. */
export interface AsPlan extends PlannedArchive {
  /** The dump in the archive, the configured source whose server it goes to, and the database that was backed up. */
  key: string;
  source: string;
  database: string;
  /** The new database. */
  as: string;
  /** Of the whole dump. */
  archivedBytes: number;
  estimate: RestoreEstimate;
  /** The tables that have their rows, with how many; all of the dump's. */
  tables: { table: string; rows: number }[];
  /** Only tables that were asked for have rows. */
  isPart: boolean;
  /** Discovery finds it: the next backup holds it as well. */
  isBackedUp: boolean;
  refusals: string[];
  warnings: string[];
}

/** The one dump that is meant, and its tables that alone have their rows; none: all do. */
export interface Target {
  key: string;
  record: DatabaseRecord;
  tables: ChosenTable[];
}

/** @throws Failure `usage` where it is not one dump. */
export function chooseTarget(
  manifest: Manifest,
  { select }: { select?: readonly string[] },
  asked: readonly AskedTable[],
): Target {
  const tables = chooseTables(manifest, asked);
  const [first] = tables;
  const dumps = first
    ? [...new Map(tables.map(({ key, record }) => [key, record]))]
    : choose(manifest, { select }).databases;
  const [dump] = dumps;
  if (dump && dumps.length === 1) return { key: dump[0], record: dump[1], tables };
  const names = Object.keys(manifest.databases).join(', ');
  throw new Failure(
    'usage',
    `one new database takes one dump of ${manifest.name}, not ${dumps.length}`,
    `Name it with --select (in a workflow the input select): ${names || 'it holds none'}.`,
  );
}

/** Looks at the server that the new database is for. Reads only. */
export async function planAs(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  { key, record, tables }: Target,
  as: string,
): Promise<AsPlan> {
  const { config } = platform;
  const source = config.databases.find(({ name }) => name === record.source);
  const all = Object.entries(record.fingerprints.tables).map(([table, { rows }]) => ({ table, rows }));
  const plan: AsPlan = {
    ...describeArchive(platform, archive, manifest),
    key,
    source: record.source,
    database: record.database,
    as,
    archivedBytes: record.sizeBytes,
    estimate: await estimatePart(config.state, manifest, workOf({ key, record, tables })),
    tables: tables.length > 0 ? tables.map(({ schema, table, rows }) => ({ table: `${schema}.${table}`, rows })) : all,
    isPart: tables.length > 0,
    isBackedUp: false,
    refusals: [],
    warnings: warnOfDamage(archive, config.timezone),
  };
  const owner = findOwner(config.databases, source, as);
  if (owner !== undefined) {
    plan.refusals.push(
      `"${as}" is the database of databases.${owner} in ${config.file}: choose another name, or restore in its place (leave out --as)`,
    );
    return plan;
  }
  const looked = await lookAtDump(platform, archive, manifest.globals, { key, record, live: stagedNameOf(as, 'plan') });
  if ('refusal' in looked) {
    plan.refusals.push(looked.refusal);
    return plan;
  }
  const { server, found } = looked;
  const demand =
    tables.length > 0 ? demandOfPart(key, record, tables) : demandOf({ key, record, exists: false, sizeBytes: 0 });
  const room = await checkPartRoom(platform, archive, [demand], { hasSafety: false });
  const { damage = [], warnings = [] } = archive.appraisal?.judge({ databases: [key], files: [], loads: true }) ?? {};
  plan.refusals.push(...damage, ...found.refusals, ...room.refusals);
  plan.warnings.push(...warnings, ...found.warnings, ...room.warnings);
  if (await hasDatabase(server, as))
    plan.refusals.push(`there is a database "${as}" on ${server.label} already: choose another name`);
  plan.isBackedUp = await isDiscovered(platform, source, server);
  return plan;
}

/** What there is to do for it. */
export function workOf({ record, tables }: Target): PartWork {
  if (tables.length === 0) return { hasSafety: false, stagedBytes: record.sizeBytes };
  const { stagedBytes, isReadThrough } = workOfTables(record, tables);
  return { hasSafety: false, stagedBytes, isReadThrough };
}

/** The source that backs up exactly that database of the server that the new one is for. */
function findOwner(
  databases: readonly DatabaseConfig[],
  source: DatabaseConfig | undefined,
  as: string,
): string | undefined {
  const placeOf = (each?: DatabaseConfig): object => ({ ...each?.reach, user: undefined });
  const named = databases.filter(({ database }) => database !== 'all' && database === as);
  return named.find((each) => isDeepStrictEqual(placeOf(each), placeOf(source)))?.name;
}

/** Whether a source finds all databases of a server. One whose own server is down backs up nothing of this one. */
async function isDiscovered(
  platform: Platform,
  source: DatabaseConfig | undefined,
  { label }: PostgresServer,
): Promise<boolean> {
  for (const other of platform.config.databases.filter(({ database }) => database === 'all')) {
    if (other === source) return true;
    const server = await connectServer(platform, other).catch(() => undefined);
    if (server?.label === label) return true;
  }
  return false;
}
