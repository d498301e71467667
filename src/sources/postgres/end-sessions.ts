import { queryRows, quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/**
 * Ends what a killed restore has left running on a server: a client program goes on for a moment when whoever started it
 * is dead, and may just be creating a database. For whoever holds the platform's lock. @throws Failure `source`
 */
export async function endLeftSessions(server: PostgresServer): Promise<void> {
  const select = `SELECT json_build_object('ended', pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE starts_with(application_name, ${quoteLiteral(restoreApplicationName)}) AND usename = current_user AND pid <> pg_backend_pid();`;
  await runStatements(server, chooseMaintenanceDatabase(), select);
}

/** Whether no session of a restore but the caller's own is left on a server. @throws Failure `source` */
export async function hasNoSessions(server: PostgresServer): Promise<boolean> {
  const select = `SELECT count(*) AS sessions FROM pg_stat_activity WHERE starts_with(application_name, ${quoteLiteral(restoreApplicationName)})
    AND usename = current_user AND pid <> pg_backend_pid()`;
  const [row] = await queryRows<{ sessions: number }>(server, 'postgres', select);
  return row?.sessions === 0;
}

/** What the dumps of a backup call themselves: this and the archive's date. */
const namesOfDumps = '^skills-hub-continuity \\d{4}-\\d\\d-\\d\\d';

/** What the dumps of a comparison call themselves. They hold no lock of the platform's, and may run beside a backup. */
export const comparisonApplicationName = 'skills-hub-continuity diff';

/** A comparison gives a dump up after that long: one that is older has nobody any more who reads it. */
export const LONGEST_COMPARISON_MS = 2 * 3_600_000;

/**
 * Ends what killed backups and comparisons have left running: a pg_dump inside a container outlives whoever started it, blocked on a pipe
 * that nobody reads, with its locks. For whoever holds the platform's lock, before its own dumps begin. Sessions on other
 * databases are left alone: another platform may have its own on the same server. Connects to `postgres`.
 *
 * @param databases those that are to be dumped; all of them where it is absent
 * @returns the names of the sessions that were ended
 * @throws Failure `source`
 */
export async function endLeftDumps(server: PostgresServer, databases?: readonly string[]): Promise<string[]> {
  const only = databases ? `AND datname IN (${databases.map(quoteLiteral).join(', ')})` : '';
  // Not in the condition, whose parts the server may look at in any order.
  const select = `SELECT application_name AS name, pg_terminate_backend(pid) AS ended FROM pg_stat_activity
    WHERE (application_name ~ ${quoteLiteral(namesOfDumps)}
      OR application_name = ${quoteLiteral(comparisonApplicationName)} AND backend_start < now() - ${LONGEST_COMPARISON_MS} * interval '1 ms')
    AND usename = current_user AND pid <> pg_backend_pid() ${only}`;
  const found = await queryRows<{ name: string; ended: boolean }>(server, 'postgres', select);
  return found.filter(({ ended }) => ended).map(({ name }) => name);
}
