import { Failure } from '../../logging/failure.ts';
import { lastLine, runDocker, type DockerCaller } from './docker.ts';
import { inspectByEngine } from './inspect.ts';
import { askCompose, type ComposeProject } from './project.ts';

const healthStates = ['starting', 'healthy', 'unhealthy'] as const;

/** A container as the engine describes it. */
export interface InspectedContainer {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  /** By its own check; undefined where it has none. */
  readonly health: (typeof healthStates)[number] | undefined;
  /** The user that its programs run as unless told otherwise; empty: root. */
  readonly user: string;
  /** Of its first process, on the host; 0 where it does not run. */
  readonly pid: number;
  /** Of whichever compose project; undefined where it is of none, or what `docker compose run` made. */
  readonly service: string | undefined;
  /** How long it is given to end by itself, by the compose file. */
  readonly graceMs: number;
}

/** A container of a service, one of possibly several. */
export type ServiceContainer = InspectedContainer & { readonly service: string };

/** As the engine calls them. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** What is done to a container, as the engine's command. */
export type ContainerChange = 'stop' | 'start' | 'pause' | 'unpause' | 'restart';

const engineTimeoutMs = 60_000;
const defaultGraceSeconds = 10;

interface Inspected {
  Id: string;
  Name: string;
  Config: { Labels: Record<string, string> | null; StopTimeout?: number; User: string };
  State: { Status: ContainerState; Pid: number; Health?: { Status: string } };
}

/**
 * The containers of these services of a project, of all where none is named, also those that do not run; what
 * `docker compose run` left is none of them.
 * @throws Failure where docker or the files are not there, the files are wrong, or have no such service.
 */
export async function listServiceContainers(
  project: ComposeProject,
  services: readonly string[] = [],
): Promise<ServiceContainer[]> {
  const listed = await askCompose(project, ['--profile', '*', 'ps', '--all', '--quiet', ...services]);
  const ids = [...new Set(listed.split(/\s+/).filter((id) => id !== ''))];
  return await inspectServices(project, ids);
}

/** Those of these containers that are of a service. @throws Failure where the engine does not tell */
export async function inspectServices(caller: DockerCaller, ids: readonly string[]): Promise<ServiceContainer[]> {
  const containers = await inspectContainers(caller, ids);
  return containers.flatMap((each) => (each.service === undefined ? [] : [{ ...each, service: each.service }]));
}

/**
 * What the engine knows of these containers, by their ids or names, without the compose files; those that are gone are
 * left out. @throws Failure where the engine does not tell
 */
export async function inspectContainers(caller: DockerCaller, ids: readonly string[]): Promise<InspectedContainer[]> {
  const { environment, isDetached = false } = caller;
  return (await inspectByEngine<Inspected>(ids, { environment, isDetached })).map(describe);
}

function describe({ Id, Name, Config, State }: Inspected): InspectedContainer {
  const labels = Config.Labels ?? {};
  const isOneOff = labels['com.docker.compose.oneoff'] === 'True';
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    state: State.Status,
    health: healthStates.find((each) => each === State.Health?.Status),
    user: Config.User,
    pid: State.Pid,
    service: isOneOff ? undefined : labels['com.docker.compose.service'],
    graceMs: (Config.StopTimeout ?? defaultGraceSeconds) * 1000,
  };
}

/** Stops, starts, pauses… one container. @throws Failure `source` with what docker said. */
export async function changeContainer(
  caller: DockerCaller,
  { id, name, graceMs }: Pick<ServiceContainer, 'id' | 'name' | 'graceMs'>,
  change: ContainerChange,
): Promise<void> {
  const result = await runDocker(['container', change, id], {
    environment: caller.environment,
    isDetached: caller.isDetached ?? false,
    timeoutMs: engineTimeoutMs + graceMs,
  });
  if (result.code === 0) return;
  const next = `Look at it (docker ps --all; docker logs ${name}), then run again.`;
  throw new Failure('source', `docker ${change} ${name} failed: ${lastLine(result)}`, next);
}
