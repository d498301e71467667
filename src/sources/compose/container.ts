import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import { lastLine, runDocker } from './docker.ts';
import { askCompose, type ComposeProject } from './project.ts';

/** A container as the engine describes it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** As people speak of it: `service app-db`, `container pg`. */
  readonly label: string;
  /** The user that its programs run as unless told otherwise; empty: root. */
  readonly user: string;
  /** Of its first process, on the host; 0 where it does not run. */
  readonly pid: number;
  readonly state: string;
  readonly isRestarting: boolean;
}

/** Which container is meant. */
export type ContainerName =
  | { readonly by: 'service'; readonly service: string; readonly project: ComposeProject }
  | { readonly by: 'container'; readonly container: string; readonly environment: Environment };

const retryForMs = 30_000;

/**
 * Finds a container that runs; one that is just starting or restarting is awaited, for a bounded time.
 * @throws Failure `config` where there is no such service or container, `source` where it does not run.
 */
export async function findRunning(
  name: ContainerName,
  { signal, waitMs = retryForMs }: { signal?: AbortSignal | undefined; waitMs?: number } = {},
): Promise<Container> {
  const deadline = Date.now() + waitMs;
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5000)) {
    const found = await findContainer(name);
    if (found && found.state === 'running' && !found.isRestarting) return found;
    if (Date.now() + delayMs > deadline) throw notRunning(name, found);
    await sleep(delayMs, undefined, signal ? { signal } : {});
  }
}

/** The container as it is now; undefined where a service has none. @throws Failure as above. */
export async function findContainer(name: ContainerName): Promise<Container | undefined> {
  const label = labelOf(name);
  if (name.by === 'container') return await inspect(name.container, label, name.environment);
  // Of a service with several containers, the first; a database has one.
  const ids = (await askCompose(name.project, ['ps', '--all', '--quiet', name.service])).trim().split('\n');
  return ids[0] ? await inspect(ids[0], label, name.project.environment) : undefined;
}

function labelOf(name: ContainerName): string {
  return name.by === 'service' ? `service ${name.service}` : `container ${name.container}`;
}

interface Inspected {
  Id: string;
  Name: string;
  Config: { User: string };
  State: { Status: string; Restarting: boolean; Pid: number };
}

async function inspect(id: string, label: string, environment: Environment): Promise<Container> {
  const result = await runDocker(['container', 'inspect', '--', id], { environment });
  const [found] = result.code === 0 ? (JSON.parse(result.stdout) as Inspected[]) : [];
  if (!found) {
    const next = 'Correct the name in the configuration (docker ps --all lists them).';
    throw new Failure('config', `there is no ${label}: ${lastLine(result)}`, next);
  }
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    label,
    user: found.Config.User,
    pid: found.State.Pid,
    state: found.State.Status,
    isRestarting: found.State.Restarting,
  };
}

function notRunning(name: ContainerName, found: Container | undefined): Failure {
  const what = found ? `is not running (${found.isRestarting ? 'restarting' : found.state})` : 'has no container';
  const start = name.by === 'service' ? `docker compose up -d ${name.service}` : `docker start ${name.container}`;
  return new Failure('source', `${labelOf(name)} ${what}`, `Start it (${start}) and look at its log, then run again.`);
}
