import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export type PostgresTool = 'psql' | 'pg_dump' | 'pg_dumpall';

/** A started client program; its output is to be drained whatever happens. */
export interface StartedTool extends ChildProcess {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

/**
 * How to reach one PostgreSQL server: over a connection string with this host's own client programs, or inside a
 * container. Implementations see to it that no password is in an argument list, and that the client speaks UTC, a
 * fixed encoding and English messages whatever the environment says: `buildClientEnvironment` says how.
 */
export interface PostgresServer {
  /** How messages name it: host and port, or the service; never a password. */
  readonly label: string;
  /** The user that it connects as. */
  readonly user: string;
  /** Starts a client program connected to `database`; `applicationName` names the run in `pg_stat_activity`; times are in UTC without a `timezone`. */
  start(
    tool: PostgresTool,
    args: readonly string[],
    options: { database: string; applicationName: string; timezone?: string },
  ): StartedTool;
}
