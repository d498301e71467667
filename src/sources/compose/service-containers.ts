import { Failure } from '../../logging/failure.ts';
import { lastLine, runDocker, type DockerCaller } from './docker.ts';
import { askCompose, type ComposeProject } from './project.ts';

/** A container of a service, one of possibly several. */
export interface ServiceContainer {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly state: ContainerState;
  /** How long it is given to end by itself, by the compose file. */
  readonly graceMs: number;
}

/** As the engine calls them. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** What is done to a container, as the engine's command. */
export type ContainerChange = 'stop' | 'start' | 'pause' | 'unpause' | 'restart';

const engineTimeoutMs = 60_000;
const defaultGraceSeconds = 10;

interface Inspected {
  Id: string;
  Name: string;
  Config: { Labels: Record<string, string> | null; StopTimeout?: number };
  State: { Status: ContainerState };
}

/**
 * The containers of all services of a project, also those that do not run; what `docker compose run` left is none of them.
 * @throws Failure where docker or the files are not there, or the files are wrong.
 */
export async function listServiceContainers(project: ComposeProject): Promise<ServiceContainer[]> {
  const listed = await askCompose(project, ['--profile', '*', 'ps', '--all', '--quiet']);
  const ids = [...new Set(listed.split(/\s+/).filter((id) => id !== ''))];
  return await inspectContainers(project, ids);
}

/** Containers by their ids, without the compose files; those that are gone are left out. @throws Failure without docker */
export async function inspectContainers(caller: DockerCaller, ids: readonly string[]): Promise<ServiceContainer[]> {
  if (ids.length === 0) return [];
  // One that was removed at this moment makes it fail, and is not among those that it prints.
  const { stdout } = await runDocker(['container', 'inspect', '--', ...ids], {
    environment: caller.environment,
    isDetached: caller.isDetached ?? false,
    maximumOutputBytes: 64 * 1024 * 1024,
  });
  return (JSON.parse(stdout || '[]') as Inspected[]).flatMap(describe);
}

function describe({ Id, Name, Config, State }: Inspected): ServiceContainer[] {
  const service = Config.Labels?.['com.docker.compose.service'];
  if (service === undefined || Config.Labels?.['com.docker.compose.oneoff'] === 'True') return [];
  const graceMs = (Config.StopTimeout ?? defaultGraceSeconds) * 1000;
  return [{ id: Id, name: Name.replace(/^\//, ''), service, state: State.Status, graceMs }];
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
