import { spawn } from 'node:child_process';

import { buildClientEnvironment, removeClientSettings } from './client-environment.ts';
import { findClientProgram, hasSeveralMajors } from './client-programs.ts';
import { parseConnectionUrl } from './connection-url.ts';
import type { PostgresServer, StartedTool } from './server.ts';
import { readServerVersion } from './versions.ts';

export interface UrlServer extends PostgresServer {
  /** The database that the connection string names. */
  readonly database: string | undefined;
}

export interface UrlOptions {
  /** Folder of the client programs; without it they are looked for where Debian has them, then on the PATH. */
  toolsDirectory?: string | undefined;
  /** Major version of the server, where it is known and several majors are installed here. */
  major?: number | undefined;
  /** What the programs inherit (PATH, HOME, TLS settings); PostgreSQL's own variables are taken out. */
  environment?: NodeJS.ProcessEnv;
}

/**
 * Reaches a server over a connection string with this host's own client programs. The string is parsed once, here; the
 * password travels in the child's environment, never in its arguments.
 * @throws Failure `config` where the string cannot be read.
 */
export function connectByUrl(url: string, options: UrlOptions = {}): UrlServer {
  const connection = parseConnectionUrl(url);
  // A child inherits its parent's environment unless told otherwise; so does this one, less what would change a dump.
  // eslint-disable-next-line no-restricted-properties -- what spawn itself would do
  const inherited = options.environment ?? process.env;
  return {
    label: connection.label,
    user: connection.user,
    database: connection.database,
    start(tool, args, identity): StartedTool {
      const search = { toolsDirectory: options.toolsDirectory, major: options.major, path: inherited['PATH'] };
      const program = findClientProgram(tool, search);
      const env = {
        ...removeClientSettings(inherited),
        ...buildClientEnvironment(identity),
        ...connection.environment,
      };
      return spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    },
  };
}

/**
 * The same with the client programs of the server's own major, where several are installed: asks the server once.
 * @throws Failure `config` or `source`.
 */
export async function connectMatching(url: string, options: UrlOptions = {}): Promise<UrlServer> {
  const server = connectByUrl(url, options);
  if (options.major !== undefined || options.toolsDirectory !== undefined || !hasSeveralMajors()) return server;
  const { major } = await readServerVersion(server, server.database ?? 'postgres');
  return connectByUrl(url, { ...options, major });
}
