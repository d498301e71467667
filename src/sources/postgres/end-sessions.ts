import { quoteLiteral } from './query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName, runStatements } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

/** What every program of the toolkit calls itself in `pg_stat_activity`, followed by what it is for. */
const anyApplicationName = 'skills-hub-continuity';

/**
 * Ends what a killed restore has left running on a server: a client program goes on for a moment when whoever started it
 * is dead, and may just be creating a database. For whoever holds the platform's lock. @throws Failure `source`
 */
export async function endLeftSessions(server: PostgresServer): Promise<void> {
  await endSessionsNamed(server, restoreApplicationName);
}

/**
 * Ends what any killed run has left: inside a container, a dump goes on, and keeps its locks, until the end of days. For
 * whoever holds the platform's lock, before its own programs connect. @throws Failure `source`
 */
export async function endAllLeftSessions(server: PostgresServer): Promise<number> {
  return await endSessionsNamed(server, anyApplicationName);
}

async function endSessionsNamed(server: PostgresServer, beginning: string): Promise<number> {
  const select = `SELECT json_build_object('ended', pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE starts_with(application_name, ${quoteLiteral(beginning)}) AND usename = current_user AND pid <> pg_backend_pid();`;
  const rows = await runStatements<{ ended: boolean }>(server, chooseMaintenanceDatabase(), select);
  return rows.filter(({ ended }) => ended).length;
}
