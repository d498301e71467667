import type { DatabaseRecord } from '../../archive/manifest.ts';
import type { DatabaseConfig } from '../../config/config.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { countRows, type TableCount } from '../../sources/postgres/count-rows.ts';
import { discoverDatabases } from '../../sources/postgres/discover.ts';
import { dumpDatabase } from '../../sources/postgres/dump.ts';
import { planDump } from '../../sources/postgres/dump-plan.ts';
import { comparisonApplicationName, LONGEST_COMPARISON_MS } from '../../sources/postgres/end-sessions.ts';
import { quoteIdentifier } from '../../sources/postgres/query.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { dumpNameOf } from '../backup/dump-name.ts';
import { connectServer } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import {
  compareDatabases,
  compareRowCounts,
  failed,
  type ComparedDatabase,
  type DatabaseDiff,
} from './compare-databases.ts';

/** What could not be compared, and why. */
export interface DiffFault {
  /** Name of a dump or a source. */
  what: string;
  reason: string;
}

/** A dump of an archive. */
export type ArchivedDatabase = ComparedDatabase & Pick<DatabaseRecord, 'source'>;

export interface LiveDatabasesQuestion {
  /** Dumps of the archive, by their keys. */
  records: Readonly<Record<string, ArchivedDatabase>>;
  /** Whether a dump of that key and source is asked for. */
  wants: (key: string, source: string) => boolean;
  /** Count rows instead of reading them. */
  isQuick: boolean;
}

/**
 * Compares what an archive has of databases with what they hold now. Each is dumped as a backup would, and nothing of it
 * is stored; one after the other, since people work with them. What cannot be read is told, and the rest goes on.
 */
export async function diffLiveDatabases(
  platform: Platform,
  { records, wants, isQuick }: LiveDatabasesQuestion,
): Promise<{ databases: DatabaseDiff[]; faults: DiffFault[] }> {
  const databases: DatabaseDiff[] = [];
  const faults: DiffFault[] = [];
  const left = new Map(Object.entries(records).filter(([key, { source }]) => wants(key, source)));
  const tell = (what: string, error: unknown): void => {
    if (platform.signal?.aborted) throw error;
    faults.push({ what, reason: messageOf(error) });
    for (const [key, { source }] of left) {
      if (key !== what && source !== what) continue;
      databases.push(failed(key));
      left.delete(key);
    }
  };
  const isWanted = ({ name }: DatabaseConfig): boolean =>
    wants(name, name) || [...left.values()].some(({ source }) => source === name);
  for (const source of platform.config.databases.filter(isWanted)) {
    try {
      const server = await connectServer(platform, source);
      const present = await discoverDatabases(server, { applicationName: comparisonApplicationName });
      const names = source.database === 'all' ? present : present.filter((name) => name === source.database);
      for (const database of names) {
        const key = dumpNameOf(source, database);
        if (!wants(key, source.name)) continue;
        platform.logger.info(`Reading database ${key}.`);
        try {
          databases.push(await diffLive(platform, { server, source, database, key, record: records[key], isQuick }));
          left.delete(key);
        } catch (error) {
          tell(key, error);
        }
      }
      // Its server answers, and does not have it.
      for (const [key, record] of left) {
        if (record.source !== source.name) continue;
        databases.push(compareDatabases(key, record, undefined));
        left.delete(key);
      }
    } catch (error) {
      tell(source.name, error);
    }
  }
  for (const [key, { source }] of left)
    tell(key, new Failure('config', `databases.${source} is not in ${platform.config.file}`, 'Put it back there.'));
  databases.sort((a, b) => (a.database < b.database ? -1 : 1));
  return { databases, faults };
}

interface LiveDatabase {
  server: PostgresServer;
  source: DatabaseConfig;
  database: string;
  key: string;
  record: ComparedDatabase | undefined;
  isQuick: boolean;
}

async function diffLive(
  { logger, signal }: Platform,
  { server, source, database, key, record, isQuick }: LiveDatabase,
): Promise<DatabaseDiff> {
  const applicationName = comparisonApplicationName;
  const { excludeTableData, lockWaitTimeoutMs: lockTimeoutMs } = source;
  const timeoutMs = Math.min(source.timeoutMs, LONGEST_COMPARISON_MS);
  const plan = await planDump({ server, database, excludeTableData, lockTimeoutMs }, { applicationName, signal });
  const leftOut = new Set(plan.excluded.map(({ schema, name }) => keyOf(schema, name)));
  if (isQuick) {
    const counted = await countRows({ server, database, named: [], timeoutMs, signal });
    const tables = counted.filter(({ schema, name }) => !leftOut.has(keyOf(schema, name)));
    return compareRowCounts(key, record, Object.fromEntries(tables.map(describeCount)), leftOut);
  }
  const dump = dumpDatabase({
    server,
    database,
    dump: `db/${key}.sql`,
    source: source.name,
    applicationName,
    lockTimeoutMs,
    timeoutMs,
    plan: Promise.resolve(plan),
    log: logger,
    ...(signal ? { signal } : {}),
  });
  let readBytes = 0;
  for await (const chunk of dump.chunks) {
    readBytes += chunk.length;
    logger.progress({ phase: key, done: readBytes, unit: 'bytes' });
  }
  return compareDatabases(key, record, (await dump.finished).record, leftOut);
}

/** What needs no quotes, whatever the version; names are compared without them anyway. */
const PLAIN = /^[a-z_][a-z0-9_]*$/;

function describeCount({ schema, name, rows, isEstimate }: TableCount) {
  const table = [schema, name].map((part) => (PLAIN.test(part) ? part : quoteIdentifier(part))).join('.');
  return [table, { rows, isEstimate }] as const;
}

/** As `tableKey` has them. */
function keyOf(schema: string, name: string): string {
  return `${schema}\0${name}`;
}
