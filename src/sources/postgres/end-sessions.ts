import { quoteLiteral } from './query.ts';
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
