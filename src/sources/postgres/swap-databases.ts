import { setTimeout as sleep } from 'node:timers/promises';

import { Failure } from '../../logging/failure.ts';
import { kindOfName } from './own-names.ts';
import { queryRows, quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, parseRows, restoreApplicationName, runStatements } from './restore-session.ts';
import { runTool } from './run-tool.ts';
import { describeServerError } from './server-errors.ts';
import type { PostgresServer } from './server.ts';
import { writeSwapScript, writeSweepScript, type DatabaseSwap, type SwapRow } from './swap-script.ts';

export type { DatabaseSwap } from './swap-script.ts';

export interface SwapOptions {
  server: PostgresServer;
  /** All databases of the cluster that change places. */
  swaps: readonly DatabaseSwap[];
  /** How often a swap that somebody's connection prevents is tried; default 5, each up to 5 s. */
  attempts?: number;
}

export interface SwapResult {
  /** Live names that hold the restored database since now. */
  swapped: string[];
  /** Live names that held it before: this swap was done already. */
  alreadyDone: string[];
  /** Whose connections were ended. */
  disconnected: { database: string; user: string; application: string }[];
  /** For how long, at most, nobody could connect to these databases, all attempts together. */
  refusedMs: number;
}

/** Every so often, those who connected since are ended while the server waits for them to go. */
const sweepEveryMs = 250;
/** The database is in use; a lock was not to be had in time; somebody else altered it at the same moment. */
const passing = new Set(['55006', '55P03', '40P01', '40001']);

/**
 * Puts restored databases, or those kept by a restore, in the place of live ones: all in one transaction, which also ends
 * the connections to them, and closes and hides what is replaced. Whatever is killed, all are old or all are new; repeated, it does nothing.
 *
 * From the rename on the server lets nobody connect to a database until the transaction ends, but waits at most 5 s for
 * those who are in; who slipped in just before is ended from a second session.
 * @throws Failure `refused` where the databases are not those of the restore; `source` where they stay in use.
 */
export async function swapDatabases({ server, swaps, attempts = 5 }: SwapOptions): Promise<SwapResult> {
  const result: SwapResult = { swapped: [], alreadyDone: [], disconnected: [], refusedMs: 0 };
  if (swaps.length === 0) return result;
  for (const { staged, kept } of swaps) {
    if ((staged === undefined || kindOfName(staged)) && kindOfName(kept) === 'kept') continue;
    const names = [staged, kept].filter((name) => name !== undefined).map((name) => `"${name}"`);
    throw new Failure('refused', `${names.join(' and ')} are no names of a restore`, 'Run the restore again.');
  }
  for (let attempt = 1; ; attempt++) {
    const begun = Date.now();
    const { rows, failure } = await trySwap(server, swaps);
    for (const row of rows) if ('ended' in row && row.ended) result.disconnected.push(row.ended);
    const [measured] = rows.filter((row) => 'refusedMs' in row);
    // An attempt that failed has told nothing; it kept the others out no longer than it took.
    result.refusedMs += measured?.refusedMs ?? Date.now() - begun;
    if (!failure) {
      const done = rows.filter((row) => 'live' in row);
      result.swapped = done.filter((row) => row.done === 'now').map(({ live }) => live);
      result.alreadyDone = done.filter((row) => row.done === 'before').map(({ live }) => live);
      return result;
    }
    if (!failure.isPassing) throw failure.error;
    if (attempt >= attempts) throw await describeUse(server, swaps, attempt, failure.error);
    await sleep(100 * attempt);
  }
}

interface Attempt {
  rows: SwapRow[];
  failure?: { error: Failure; isPassing: boolean };
}

async function trySwap(server: PostgresServer, swaps: readonly DatabaseSwap[]): Promise<Attempt> {
  const args = ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose', '-R', '\x1e', '-f', '-'];
  const over = new AbortController();
  const sweeping = sweep(server, swaps, over.signal);
  const { stdout, stderr, code, endedBy } = await runTool(server, 'psql', args, {
    database: chooseBeside(swaps),
    applicationName: restoreApplicationName,
    input: writeSwapScript(swaps),
    timeoutMs: 120_000,
  }).finally(() => over.abort());
  const rows = [...(parseRows(stdout) as SwapRow[]), ...(await sweeping)];
  if (code === 0) return { rows };
  const [, sqlState = '', message = ''] = /ERROR: {1,2}([0-9A-Z]{5}): (.*)/.exec(stderr) ?? [];
  const what = `swapping ${listLive(swaps)} on ${server.label}`;
  if (sqlState === 'P0001') {
    const next = 'Nothing was changed. Look at the databases (psql -l), then run the restore again.';
    return { rows, failure: { error: new Failure('refused', `${what}: ${message}`, next), isPassing: false } };
  }
  const said = endedBy ? `psql was ended by ${endedBy}` : stderr.replace(/(ERROR: {1,2})[0-9A-Z]{5}: /, '$1');
  return { rows, failure: { error: describeServerError(`${what} failed`, said), isPassing: passing.has(sqlState) } };
}

/** While the swap takes long, ends whoever it waits for. */
async function sweep(server: PostgresServer, swaps: readonly DatabaseSwap[], over: AbortSignal): Promise<SwapRow[]> {
  const rows: SwapRow[] = [];
  try {
    for (;;) {
      await sleep(sweepEveryMs, undefined, { signal: over });
      rows.push(
        ...(await runStatements<SwapRow>(server, chooseBeside(swaps), writeSweepScript(swaps), { retryForMs: 0 })),
      );
    }
  } catch {
    // The swap is over, or will itself tell what is wrong with the server.
    return rows;
  }
}

async function describeUse(
  server: PostgresServer,
  swaps: readonly DatabaseSwap[],
  attempts: number,
  cause: Failure,
): Promise<Failure> {
  const involved = swaps.flatMap(({ live, staged }) => (staged === undefined ? [live] : [live, staged]));
  const names = involved.map(quoteLiteral).join(', ');
  const select = `SELECT datname || ': ' || usename || ' (' || coalesce(nullif(application_name, ''), 'no name') || ')' AS who
    FROM pg_stat_activity WHERE datname IN (${names}) AND backend_type = 'client backend' GROUP BY 1 ORDER BY 1 LIMIT 20`;
  const options = { applicationName: restoreApplicationName };
  const rows = await queryRows<{ who: string }>(server, chooseBeside(swaps), select, options).catch(() => []);
  const users = rows.map(({ who }) => who).join(', ') || cause.message;
  return new Failure(
    'source',
    `${listLive(swaps)} on ${server.label} stayed in use through ${attempts} attempts to swap: ${users}`,
    'All databases are as they were. Stop the services that connect, then run the command again: it goes on from here.',
    { cause },
  );
}

function chooseBeside(swaps: readonly DatabaseSwap[]): string {
  return chooseMaintenanceDatabase(...swaps.map(({ live }) => live));
}

function listLive(swaps: readonly DatabaseSwap[]): string {
  return `database ${swaps.map(({ live }) => live).join(', ')}`;
}
