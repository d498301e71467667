import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import type { ComposeProject } from './project.ts';
import {
  inspectContainers,
  listServiceContainers,
  living,
  type InspectedContainer,
  type ServiceContainer,
} from './service-containers.ts';

/** The one container that a name means. */
export interface Container extends InspectedContainer {
  /** As people speak of it: `service app-db`, `container pg`. */
  readonly label: string;
}

/** Which container is meant. */
export type ContainerName =
  | { readonly by: 'service'; readonly service: string; readonly project: ComposeProject }
  | { readonly by: 'container'; readonly container: string; readonly environment: Environment };

export interface FindOptions {
  signal?: AbortSignal | undefined;
  /** How long one that does not run yet is awaited. */
  waitMs?: number;
  /** What is paused has files all the same; programs cannot be started in it. */
  mayBePaused?: boolean;
}

const retryForMs = 30_000;

/**
 * Finds a container that runs; one that is just starting or restarting is awaited, for a bounded time.
 * @throws Failure `config` where there is no such container or several run, `source` where none does.
 */
export async function findRunning(
  name: ContainerName,
  { signal, waitMs = retryForMs, mayBePaused = false }: FindOptions = {},
): Promise<Container> {
  const deadline = Date.now() + waitMs;
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5000)) {
    const found = await findContainer(name);
    if (found?.state === 'running') return found;
    if (found?.state === 'paused' && mayBePaused) return found;
    if (Date.now() + delayMs > deadline) throw notRunning(name, found);
    await sleep(delayMs, undefined, signal ? { signal } : {});
  }
}

/**
 * The container as it is now; undefined where a service has none.
 * @throws Failure as above; `config` where several of the service run: what they hold may differ.
 */
export async function findContainer(name: ContainerName): Promise<Container | undefined> {
  const label = labelOf(name);
  if (name.by === 'service') {
    const found = pickOne(name.service, await listServiceContainers(name.project, [name.service]));
    return found && { ...found, label };
  }
  const [found] = await inspectContainers(name, [name.container]);
  if (found) return { ...found, label };
  const next = 'Correct the name in the configuration (docker ps --all lists them).';
  throw new Failure('config', `there is no ${label}`, next);
}

function labelOf(name: ContainerName): string {
  return name.by === 'service' ? `service ${name.service}` : `container ${name.container}`;
}

/** Of a service's containers the one that lives, else any; what was scaled down, or died, does not count beside it. */
function pickOne(service: string, containers: readonly ServiceContainer[]): ServiceContainer | undefined {
  const alive = containers.filter(({ state }) => living.has(state));
  if (alive.length <= 1) return alive[0] ?? containers[0];
  const names = alive.map(({ name }) => name).sort();
  throw new Failure(
    'config',
    `service ${service} runs in ${names.length} containers (${names.join(', ')}), and nothing says which of them is meant`,
    `Have one of them run (docker compose up --detach --scale ${service}=1 ${service}), then run again.`,
  );
}

function notRunning(name: ContainerName, found: Container | undefined): Failure {
  const what = found ? `is not running (${found.state})` : 'has no container';
  return new Failure('source', `${labelOf(name)} ${what}`, adviseStart(name, found?.state === 'paused'));
}

function adviseStart(name: ContainerName, isPaused: boolean): string {
  const target = name.by === 'service' ? name.service : name.container;
  const docker = name.by === 'service' ? 'docker compose' : 'docker';
  if (isPaused) return `Let it go on (${docker} unpause ${target}), then run again.`;
  const start = name.by === 'service' ? 'up -d' : 'start';
  return `Start it (${docker} ${start} ${target}) and look at its log, then run again.`;
}
