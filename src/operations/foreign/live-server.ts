import type { DatabaseConfig } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import { selectFacts, type FactsRow } from '../../sources/postgres/inspect.ts';
import { queryTogether } from '../../sources/postgres/query.ts';
import { chooseMaintenanceDatabase, restoreApplicationName } from '../../sources/postgres/restore-session.ts';
import { connectServer } from '../connect-server.ts';
import type { Platform } from '../platform.ts';

/** What a dump that somebody else made does not say: how the database is there now, or would be made there. */
export interface LiveServer {
  user: string;
  roles: ReadonlySet<string>;
  /** Extensions that can be created, and their version. */
  extensions: ReadonlyMap<string, string>;
  /** The database of that name, where there is one. */
  live?: FactsRow;
  /** How the server makes databases. */
  model: FactsRow;
}

/**
 * Asks the server of a source. Undefined where it does not answer: whoever restores into it meets the failure again, and
 * who only unpacks an archive needs no server.
 */
export async function lookAtServer(
  platform: Platform,
  source: DatabaseConfig,
  database: string,
): Promise<LiveServer | undefined> {
  try {
    const server = await connectServer(platform, source);
    const [live, model, roles, extensions] = await queryTogether<
      [FactsRow, FactsRow, { name: string }, { name: string; version: string }]
    >(
      server,
      chooseMaintenanceDatabase(),
      [
        selectFacts(database),
        selectFacts('template0'),
        'SELECT rolname AS name FROM pg_roles',
        'SELECT name::text, default_version AS version FROM pg_available_extensions',
      ],
      { applicationName: restoreApplicationName, retryForMs: 5_000 },
    );
    return {
      user: server.user,
      roles: new Set(roles.map(({ name }) => name)),
      extensions: new Map(extensions.map(({ name, version }) => [name, version])),
      ...(live[0] ? { live: live[0] } : {}),
      model: model[0] as FactsRow,
    };
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
