import type { DatabaseConfig } from '../../config/config.ts';
import { discoverDatabases } from '../../sources/postgres/discover.ts';
import { endLeftDumps } from '../../sources/postgres/end-sessions.ts';
import { planDump, type DumpPlan } from '../../sources/postgres/dump-plan.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { readClientVersion, type PostgresVersion } from '../../sources/postgres/versions.ts';
import { connectServer } from '../connect-server.ts';
import { groupBy } from '../../system/group-by.ts';
import type { Platform } from '../platform.ts';
import { dumpNameOf } from './dump-name.ts';

/** One database that is to be dumped. */
export interface DumpTarget {
  source: DatabaseConfig;
  server: PostgresServer;
  /** Name on the server. */
  database: string;
  /** Name in the archive: `db/<dump>.sql`. */
  dump: string;
  /** What is looked up before its dump starts; on its way. */
  plan: Promise<DumpPlan>;
}

/** The configured databases as they are now, and what nobody configured. */
export interface FoundDatabases {
  targets: DumpTarget[];
  /** One server per configured source: the roles are dumped once for each. */
  servers: { source: DatabaseConfig; server: PostgresServer; database: string }[];
  /** Databases that no archive will hold. */
  warnings: string[];
  /** Configured databases that are not there; empty unless they may be missing. */
  missing: string[];
}

/**
 * Finds every database to be dumped; all servers are asked at the same time. What a killed run has left running there is
 * ended: only for whoever holds the platform's lock.
 *
 * @throws Failure where a server does not answer, or a database is missing that may not be.
 */
export async function findDatabases(platform: Platform, mayBeMissing: boolean): Promise<FoundDatabases> {
  const found: FoundDatabases = { targets: [], servers: [], warnings: [], missing: [] };
  const { databases } = platform.config;
  const servers = await Promise.all(
    databases.map(async (source) => ({ source, server: await connectServer(platform, source) })),
  );
  // A cluster may serve several configured databases: it is asked once what it has.
  const clusters = [...groupBy(servers, ({ server }) => server.label).values()];
  const listed = await Promise.all(
    clusters.map(async (members) => ({ members, present: await listDatabases(platform, members) })),
  );
  const planOf = startPlanning(platform);
  const presentAt = new Map(listed.flatMap(({ members, present }) => members.map(({ server }) => [server, present])));
  for (const { source, server } of servers) {
    const present = presentAt.get(server) ?? [];
    const isAll = source.database === 'all';
    if (!isAll && mayBeMissing && !present.includes(source.database)) {
      found.missing.push(source.name);
      continue;
    }
    for (const database of isAll ? present : [source.database]) {
      const dump = dumpNameOf(source, database);
      found.targets.push({ source, server, database, dump, plan: planOf(source, server, database) });
    }
    found.servers.push({ source, server, database: isAll ? 'postgres' : source.database });
  }
  found.warnings = listed.flatMap(({ members, present }) => nameUnconfigured(members, present));
  return found;
}

/** Plans dumps, and reads the version of each cluster's pg_dump once. A plan that failed is told by its dump. */
function startPlanning({ signal }: Platform) {
  const versions = new Map<string, Promise<PostgresVersion>>();
  return (source: DatabaseConfig, server: PostgresServer, database: string): Promise<DumpPlan> => {
    const client = versions.get(server.label) ?? readClientVersion(server, 'pg_dump');
    versions.set(server.label, client);
    const { excludeTableData, lockWaitTimeoutMs: lockTimeoutMs } = source;
    const plan = planDump({ server, database, excludeTableData, lockTimeoutMs, client }, { signal });
    plan.catch(() => undefined);
    return plan;
  };
}

interface Member {
  source: DatabaseConfig;
  server: PostgresServer;
}

/** The databases of a cluster; no earlier run works on them any more. */
async function listDatabases(platform: Platform, members: readonly Member[]): Promise<string[]> {
  const [first] = members;
  if (!first) return [];
  const [present] = await Promise.all([discoverDatabases(first.server), endLeftRuns(platform, members)]);
  return present;
}

async function endLeftRuns({ logger }: Platform, members: readonly Member[]): Promise<void> {
  const users = [...groupBy(members, ({ server }) => server.user).values()];
  const left = await Promise.all(
    users.map(async (ofUser) => {
      const names = ofUser.map(({ source }) => source.database);
      return ofUser[0] ? await endLeftDumps(ofUser[0].server, names.includes('all') ? undefined : names) : [];
    }),
  );
  const runs = [...new Set(left.flat())].sort().join(', ');
  const label = members[0]?.server.label ?? '';
  if (runs !== '') logger.warning(`Ended what a killed backup had left running on ${label} (${runs}).`);
}

/** What none of the configured databases of a cluster names. */
function nameUnconfigured(members: readonly Member[], present: readonly string[]): string[] {
  const configured = members.map(({ source }) => source.database);
  if (configured.includes('all')) return [];
  return present
    .filter((name) => !configured.includes(name))
    .map((name) => `database "${name}" on ${members[0]?.server.label} is not in continuity.yml: it is not backed up`);
}
