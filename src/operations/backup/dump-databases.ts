import { setMaxListeners } from 'node:events';
import type { ArchiveBuilder } from '../../archive/archive-builder.ts';
import type { DatabaseRecord, GlobalsRecord } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { dumpDatabase } from '../../sources/postgres/dump.ts';
import { dumpGlobals } from '../../sources/postgres/globals.ts';
import { groupBy } from '../../system/group-by.ts';
import { runTogether } from '../../system/run-together.ts';
import type { Platform } from '../platform.ts';
import type { DumpTarget, FoundDatabases } from './find-databases.ts';

/** What came of all dumps. */
export interface DumpReport {
  databases: Record<string, DatabaseRecord>;
  globals: Record<string, GlobalsRecord>;
  warnings: string[];
  /** What is to be known of this host, the same every night. */
  conditions: string[];
}

export interface RunningDumps {
  /** Resolves once every dump has its snapshot: files that are walked from now on are at least as new. */
  started: Promise<void>;
  finished: Promise<DumpReport>;
}

/** Attributes of dumps and roles in the archive: for root alone, as they hold everybody's data. */
const PRIVATE = { mode: 0o600, uid: 0, gid: 0 } as const;

/** Starts the dumps of all databases at the same time; one that fails stops the others. */
export function startDumps(
  platform: Platform,
  builder: ArchiveBuilder,
  { targets, servers }: FoundDatabases,
  applicationName: string,
  signal: AbortSignal,
): RunningDumps {
  const report: DumpReport = { databases: {}, globals: {}, warnings: [], conditions: [] };
  const states = new Map(targets.map(({ dump }) => [dump, 'stopped']));
  const snapshots: Promise<void>[] = [];
  const stop = new AbortController();
  // The first dump that fails stops the others, as the caller may stop all of them.
  const either = AbortSignal.any([signal, stop.signal]);
  // Every dump listens on it several times: nothing leaks, however many databases there are.
  setMaxListeners(0, either);
  const dumps = targets.map((target) => {
    const { source, server, database, dump, plan } = target;
    const running = dumpDatabase({
      server,
      database,
      dump: `db/${dump}.sql`,
      source: source.name,
      excludeTableData: source.excludeTableData,
      applicationName,
      lockTimeoutMs: source.lockWaitTimeoutMs,
      timeoutMs: source.timeoutMs,
      plan,
      signal: either,
      log: platform.logger,
    });
    snapshots.push(running.started);
    return async () => {
      const entry = { ...PRIVATE, name: Buffer.from(`db/${dump}.sql`), mtimeNs: nowNs(platform) };
      const { record, warnings, conditions } = await builder.addDump(entry, running.chunks).then(
        () => running.finished,
        (error: unknown) => {
          if (!either.aborted) states.set(dump, 'failed');
          throw error;
        },
      );
      states.set(dump, 'complete');
      report.databases[dump] = record;
      report.warnings.push(...warnings);
      report.conditions.push(...conditions);
    };
  });
  // Sources of one cluster and user have the same roles: they are read once, and written for each.
  const clusters = groupBy(servers, ({ server }) => JSON.stringify([server.label, server.user]));
  const roles = [...clusters.values()].map((members) => async () => {
    const [first] = members;
    if (!first) return;
    const { server, source, database } = first;
    const globals = await dumpGlobals({ server, source: source.name, database, applicationName, signal: either });
    for (const member of members) {
      const name = `db/globals-${member.source.name}.sql`;
      await builder.addText({ ...PRIVATE, name: Buffer.from(name), mtimeNs: 0n }, globals.bytes);
      report.globals[name] = { ...globals.record, source: member.source.name };
    }
    report.warnings.push(...globals.warnings);
  });
  const finished = runTogether([...dumps, ...roles], stop)
    .then(() => ({ ...report, databases: sortByName(report.databases), globals: sortByName(report.globals) }))
    .catch((error: unknown) => {
      throw nameTheOthers(error, targets, states);
    });
  // A dump that fails at once is told with the state of the others, too.
  const whole = () => finished.then(() => undefined);
  const started = Promise.all(snapshots).then(() => undefined, whole);
  for (const promise of [started, finished]) promise.catch(() => undefined);
  return { started, finished };
}

/** One failed dump fails the archive; what became of the others is said, so that nobody has to guess. */
function nameTheOthers(error: unknown, targets: readonly DumpTarget[], states: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof Failure) || targets.length < 2) return error;
  const others = targets.map(({ dump }) => `${dump}: ${states.get(dump)}`).join(', ');
  return new Failure(error.kind, `${error.message} (no archive was made; dumps: ${others})`, error.next, {
    cause: error,
  });
}

/** Reports do not depend on who was ready first. */
function sortByName<T>(records: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(records).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function nowNs({ now }: Platform): bigint {
  return BigInt(now().getTime()) * 1_000_000n;
}
