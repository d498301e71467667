import { randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../system/run-command.ts';
import { runCommand } from '../../system/run-command.ts';
import { findRunning, type Container, type ContainerName } from '../compose/container.ts';
import { buildClientEnvironment } from './client-environment.ts';
import { quoteLiteral } from './query.ts';
import type { PostgresServer, StartedTool } from './server.ts';

export interface InContainerOptions {
  /** The PostgreSQL user. */
  user: string;
  /** What docker itself is started with. */
  environment: Environment;
  signal?: AbortSignal | undefined;
}

/** A dump must not run with more rights than it takes; the official image runs as root until told otherwise. */
const unprivilegedUser = 'postgres';
const endingTimeoutMs = 30_000;
/** How long a session that is not there yet is awaited, to be ended, and how often it is looked for. */
const endingRetryForMs = 5_000;
const endingRetryEveryMs = 250;

/**
 * Reaches a server inside its container, with the server's own client programs, over its Unix socket: no version differs,
 * and no password is needed. Without a terminal (`-t`), which would change line ends.
 *
 * Docker is called with `exec` on the container that runs now. `docker compose exec` does the same through a second
 * program, which goes on when the first is killed, and takes half as long again (measured: 125 ms against 82).
 * @throws Failure `config` where there is no such container, `source` where it does not run.
 */
export async function connectInContainer(name: ContainerName, options: InContainerOptions): Promise<PostgresServer> {
  const container = await findRunning(name, options);
  return { label: container.label, user: options.user, start: (...run) => startInside(container, options, run) };
}

type Run = Parameters<PostgresServer['start']>;

function startInside(
  container: Container,
  { user, environment }: InContainerOptions,
  [tool, args, identity]: Run,
): StartedTool {
  // Its own name for each: in there, a program is found by nothing else.
  const applicationName = `${identity.applicationName} ${randomBytes(4).toString('hex')}`;
  const inside = { ...buildClientEnvironment({ ...identity, applicationName }), PGUSER: user };
  const child = spawn('docker', [...execArguments(container, inside), tool, ...args], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let isEnded = false;
  let ending: Promise<void> | undefined;
  const endInside = (): Promise<void> => (ending ??= repeatEnding().finally(() => (ending = undefined)));
  // What is ended as soon as it was started may not have connected yet. With an exit code of its own, it is over.
  async function repeatEnding(): Promise<void> {
    const own = { ...inside, PGAPPNAME: 'skills-hub-continuity' };
    const deadline = Date.now() + endingRetryForMs;
    while (!isEnded && child.exitCode === null) {
      isEnded = await endSession(container, own, environment, applicationName);
      if (isEnded || Date.now() + endingRetryEveryMs > deadline) return;
      await sleep(endingRetryEveryMs);
    }
  }
  // A client that is killed leaves the program in the container running, blocked on its full pipe, with its locks. So its
  // session is ended first, whereupon it ends by itself and the client with it; where somebody else killed the client,
  // afterwards. Where there was no session to end, the client is all that can be.
  const killClient = child.kill.bind(child);
  child.kill = (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    void endInside().then((): unknown => (signal === 'SIGKILL' || !isEnded) && killClient(signal));
    return true;
  };
  child.once('exit', (_code, signal) => {
    // An attempt that is under way may be its last.
    if (signal !== null) void (ending ?? Promise.resolve()).then(endInside);
  });
  return child;
}

function execArguments({ id, user }: Container, inside: Readonly<Record<string, string>>): string[] {
  const isRoot = /^(|root|0)(:|$)/.test(user);
  return [
    'exec',
    '--interactive',
    ...(isRoot ? ['--user', unprivilegedUser] : []),
    ...Object.entries(inside).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    id,
  ];
}

/** Ends the one session of that name: whether there was one. Where the server does not answer any more, there is none. */
async function endSession(
  container: Container,
  inside: Readonly<Record<string, string>>,
  env: Environment,
  applicationName: string,
): Promise<boolean> {
  const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${quoteLiteral(applicationName)};`;
  const args = [...execArguments(container, { ...inside, PGDATABASE: 'postgres' }), 'psql', '-XqwAt', '-f', '-'];
  const options = { env, input: sql, timeoutMs: endingTimeoutMs };
  const result = await runCommand('docker', args, options).catch(() => undefined);
  return result?.code === 0 && /^t$/m.test(result.stdout);
}
