import type { DatabaseConfig } from '../config/config.ts';
import { resolveSecret } from '../config/secrets.ts';
import { Failure } from '../logging/failure.ts';
import { connectMatching } from '../sources/postgres/by-url.ts';
import type { PostgresServer } from '../sources/postgres/server.ts';
import type { Platform } from './platform.ts';

/** Reaches the server of a configured database, with client programs that fit its version. */
export async function connectServer(
  { environment }: Platform,
  { name, reach }: DatabaseConfig,
): Promise<PostgresServer> {
  if (reach.by !== 'url') {
    throw new Failure(
      'config',
      `databases.${name}: this version reaches servers over a connection string only, not inside a ${reach.by}`,
      `Name what holds one: databases.${name}.url-env or .url-file.`,
    );
  }
  const url = (await resolveSecret(reach.url, environment).catch((error: unknown) => explain(name, error))).trim();
  try {
    return await connectMatching(url, { environment: { ...environment } });
  } catch (error) {
    // What is wrong with a server names it; what is wrong with a string cannot, and several are configured.
    if (!(error instanceof Failure) || error.kind !== 'config') throw error;
    throw new Failure('config', `databases.${name}: ${error.message}`, error.next, { cause: error });
  }
}

function explain(name: string, error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  const form = 'It is a connection string, postgres://USER:PASSWORD@HOST:PORT.';
  throw new Failure(error.kind, `databases.${name}: ${error.message}`, `${error.next} ${form}`, { cause: error });
}

/** The server of a configured source, by its name; what is unfinished may name one that was taken out since. */
export async function serverOf(platform: Platform, source: string): Promise<PostgresServer> {
  const { config } = platform;
  const found = config.databases.find(({ name }) => name === source);
  if (found) return await connectServer(platform, found);
  throw new Failure(
    'config',
    `an earlier restore concerns databases.${source}, which ${config.file} no longer has`,
    `Put databases.${source} back into it until that restore is finished or forgotten.`,
  );
}
