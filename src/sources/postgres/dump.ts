import type { DatabaseRecord } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { findMissingTables, readTables } from './catalogue.ts';
import { DumpCutter } from './dump-cutter.ts';
import { joinEvents } from './dump-events.ts';
import { DumpLexer } from './dump-lexer.ts';
import { planDump, type DumpPlan } from './dump-plan.ts';
import { DumpRun } from './dump-run.ts';
import { FingerprintTaker } from './fingerprints.ts';
import type { PostgresServer } from './server.ts';

export interface DumpOptions {
  server: PostgresServer;
  /** Name on the server. */
  database: string;
  /** Name in the archive (`db/<dump>.sql`), and the configured source that it belongs to. */
  dump: string;
  source: string;
  /** Tables whose rows are left out: `sessions`, `audit.*`. */
  excludeTableData?: readonly string[];
  /** Names the run in `pg_stat_activity`. */
  applicationName: string;
  /** In which times are written; default UTC, in which all backups are. */
  timezone?: string;
  /** How long pg_dump waits for a lock; default 60 s. */
  lockTimeoutMs?: number;
  /** How long the whole dump may take; default 4 h. */
  timeoutMs?: number;
  /** After how long a silence a line says so; default 30 s. */
  heartbeatMs?: number;
  /** How long a server that is starting up is awaited; default 30 s. */
  retryForMs?: number;
  /** What is looked up before pg_dump starts, where that is under way already. */
  plan?: Promise<DumpPlan>;
  signal?: AbortSignal;
  log: Logger;
}

export interface DumpSummary {
  record: DatabaseRecord;
  /** Worth a second look; nothing that makes the dump wrong. */
  warnings: string[];
  /** What is to be known of this host, the same with every dump. */
  conditions: string[];
}

export interface Dump {
  /** Resolves once the snapshot is taken: what is written from now on is not in the dump. Needs nobody to read. */
  started: Promise<void>;
  /**
   * The dump, cut where its content says so; to be read once. Ends only when all was checked; throws the Failure
   * otherwise, after the bytes that came. To give the dump up, stop reading or abort.
   */
  chunks: AsyncIterable<Buffer>;
  /** Resolves after the last chunk was taken; rejects like the chunks. */
  finished: Promise<DumpSummary>;
}

/** Dumps one database: pg_dump starts at once, and is held up until its output is read. */
export function dumpDatabase(options: DumpOptions): Dump {
  const running = startDump(options);
  const started = running.then(({ run }) => run.started);
  let settle: (summary: DumpSummary) => void;
  let fail: (error: unknown) => void;
  const finished = new Promise<DumpSummary>((resolve, reject) => ([settle, fail] = [resolve, reject]));
  // Each of the three tells the same failure: whoever awaits but one of them must not crash on the others.
  for (const promise of [started, finished]) promise.catch(() => undefined);
  // Nobody may ever read what failed to start, or was aborted.
  running.then(({ run }) => run.ended).catch((error: unknown) => fail(error));
  async function* readChunks(): AsyncGenerator<Buffer, void, undefined> {
    try {
      settle(yield* checkDump(options, await running));
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      fail(new Failure('source', `the dump of database "${options.database}" was given up`, 'Run the backup again.'));
    }
  }
  return { started, chunks: readChunks(), finished };
}

interface RunningDump {
  plan: DumpPlan;
  run: DumpRun;
  startedAt: string;
}

async function startDump(options: DumpOptions): Promise<RunningDump> {
  const { server, database, applicationName, timezone, signal, log } = options;
  const { excludeTableData = [], lockTimeoutMs = 60_000 } = options;
  const plan = await (options.plan ??
    planDump({ server, database, excludeTableData, lockTimeoutMs }, queryOptions(options)));
  const limits = { timeoutMs: options.timeoutMs ?? 4 * 3_600_000, heartbeatMs: options.heartbeatMs ?? 30_000 };
  const startedAt = new Date().toISOString();
  const run = new DumpRun({ server, database, applicationName, timezone, args: plan.args, signal, log, ...limits });
  return { plan, run, startedAt };
}

/** Cuts the stream and takes its fingerprints as it passes; then checks all that tells a whole dump from a cut one. */
async function* checkDump(
  options: DumpOptions,
  { plan, run, startedAt }: RunningDump,
): AsyncGenerator<Buffer, DumpSummary, undefined> {
  const taker = new FingerprintTaker();
  const cutter = new DumpCutter();
  const lexer = new DumpLexer(joinEvents(taker, cutter));
  for await (const piece of run.read()) {
    cutter.add(piece);
    lexer.push(piece);
    yield* cutter.takeChunks();
  }
  const ended = new Date().toISOString();
  if (!lexer.complete) {
    const next = 'Run the backup again; if it happens again, run pg_dump by hand and look at both ends of its output.';
    throw new Failure('source', `the dump of ${run.label} is cut off: its first or its last line is missing`, next);
  }
  yield* cutter.finish();
  const fingerprints = taker.finish();
  const after = await readTables(options.server, options.database, queryOptions(options));
  const missing = findMissingTables(plan.tables, after, plan.excluded, Object.keys(fingerprints.tables));
  if (missing.length > 0) {
    const next = 'Run pg_dump by hand and look at its messages; check that no exclude option is set elsewhere.';
    const names = `${missing.slice(0, 5).join(', ')}${missing.length > 5 ? `, and ${missing.length - 5} more` : ''}`;
    throw new Failure('source', `the dump of ${run.label} lacks the rows of ${names}`, next);
  }
  const record: DatabaseRecord = {
    dump: options.dump,
    source: options.source,
    database: options.database,
    started: startedAt,
    ended,
    sizeBytes: run.bytes,
    clientVersion: plan.clientVersion,
    ...plan.facts,
    fingerprints,
    messages: run.messages,
  };
  const told = run.messages.map((line) => `database "${options.database}": ${line}`);
  return { record, warnings: [...plan.warnings, ...told], conditions: plan.conditions };
}

function queryOptions({ applicationName, retryForMs, signal }: DumpOptions) {
  return { applicationName, signal, ...(retryForMs === undefined ? {} : { retryForMs }) };
}
