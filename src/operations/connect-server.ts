import type { DatabaseConfig, SecretReference, ServerReach } from '../config/config.ts';
import { resolveSecret } from '../config/secrets.ts';
import { Failure } from '../logging/failure.ts';
import { connectMatching } from '../sources/postgres/by-url.ts';
import { connectInContainer } from '../sources/postgres/in-container.ts';
import type { PostgresServer } from '../sources/postgres/server.ts';
import { openProject } from './open-project.ts';
import type { Platform } from './platform.ts';

/** A restore asks for each server a dozen times; finding its container takes two calls of docker. */
const found = new WeakMap<Platform, Map<DatabaseConfig, Promise<PostgresServer>>>();

/** Reaches the server of a configured database, with client programs that fit its version; found once in a run. */
export async function connectServer(platform: Platform, database: DatabaseConfig): Promise<PostgresServer> {
  const { reach, name } = database;
  if (reach.by === 'url') return await connectByString(platform, name, reach.url);
  const servers = found.get(platform) ?? new Map<DatabaseConfig, Promise<PostgresServer>>();
  found.set(platform, servers);
  const server = servers.get(database) ?? connectInside(platform, name, reach);
  servers.set(database, server);
  // One that was down may be up when it is asked for again.
  server.catch(() => servers.delete(database));
  return await server;
}

async function connectInside(
  platform: Platform,
  name: string,
  reach: Exclude<ServerReach, { by: 'url' }>,
): Promise<PostgresServer> {
  const { environment, signal } = platform;
  const container =
    reach.by === 'service'
      ? ({ ...reach, project: openProject(platform) } as const)
      : ({ ...reach, environment } as const);
  try {
    return await connectInContainer(container, { user: reach.user, environment, signal });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.kind, `databases.${name}: ${error.message}`, error.next, { cause: error });
  }
}

async function connectByString(
  { environment }: Platform,
  name: string,
  reference: SecretReference,
): Promise<PostgresServer> {
  const url = (await resolveSecret(reference, environment).catch((error: unknown) => explain(name, error))).trim();
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
  const database = config.databases.find(({ name }) => name === source);
  if (database) return await connectServer(platform, database);
  throw new Failure(
    'config',
    `an earlier restore concerns databases.${source}, which ${config.file} no longer has`,
    `Put databases.${source} back into it until that restore is finished or forgotten.`,
  );
}
