import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import type { CommandResult } from '../../system/run-command.ts';
import { composeLabel, lastLine, requireSuccess, runDocker, type DockerCaller, type DockerOptions } from './docker.ts';
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
  readonly mounts: readonly ContainerMount[];
  /** How long it is given to end by itself, by the compose file. */
  readonly graceMs: number;
  /** Reference of its image as it was configured, and the image's id. */
  readonly image: string;
  readonly imageId: string;
  /** Version of Compose that made it; empty where none did. */
  readonly composeVersion: string;
  /** Compose files that it runs by, absolute; none where it does not run. */
  readonly composeFiles: readonly string[];
}

/** What is mounted in a container. */
export interface ContainerMount {
  readonly target: string;
  readonly isReadOnly: boolean;
  /** Name of the volume, where it is one. */
  readonly volume?: string;
}

/** Whether a volume has the name that the engine gives to one which nobody named. */
export function isAnonymous(volume: string): boolean {
  return /^[0-9a-f]{64}$/.test(volume);
}

/** A container of a service, one of possibly several. */
export type ServiceContainer = InspectedContainer & { readonly service: string };

/** As the engine calls them. */
export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** Those of a container that has begun and has not ended. */
export const living: ReadonlySet<ContainerState> = new Set(['running', 'paused', 'restarting']);

/** What is done to a container, as the engine's command. */
export type ContainerChange = 'stop' | 'kill' | 'start' | 'pause' | 'unpause' | 'restart';

/** The engine, and how long an answer may take. */
type InspectCaller = DockerCaller & Pick<DockerOptions, 'timeoutMs' | 'signal'>;

const engineTimeoutMs = 60_000;
const defaultGraceSeconds = 10;
const freezeAttempts = 5;
const freezeAgainMs = 1000;

interface Inspected {
  Id: string;
  Name: string;
  Image: string;
  Config: { Image: string; Labels: Record<string, string> | null; StopTimeout?: number; User: string };
  Mounts?: { Type: string; Name?: string; Destination: string; RW: boolean }[] | null;
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

/** Those of these containers that are of a service. @throws Failure where the engine cannot be asked */
export async function inspectServices(caller: InspectCaller, ids: readonly string[]): Promise<ServiceContainer[]> {
  const containers = await inspectContainers(caller, ids);
  return containers.flatMap((each) => (each.service === undefined ? [] : [{ ...each, service: each.service }]));
}

/**
 * What the engine knows of these containers, by their ids or names, without the compose files; those that are gone are
 * left out. @throws Failure where the engine cannot be asked
 */
export async function inspectContainers(caller: InspectCaller, ids: readonly string[]): Promise<InspectedContainer[]> {
  if (ids.length === 0) return [];
  const { environment, isDetached = false, timeoutMs, signal } = caller;
  const args = ['container', 'inspect', '--', ...ids];
  const result = await runDocker(args, {
    environment,
    isDetached,
    maximumOutputBytes: 64 << 20,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal ? { signal } : {}),
  });
  // One that was removed at this moment makes it fail, and is not among those that it prints.
  const gone = result.stderr.match(/no such (container|object)/gi)?.length ?? 0;
  const { stdout } = gone > 0 ? result : requireSuccess(args, result);
  const found = JSON.parse(stdout || '[]') as Inspected[];
  // None is gone because the engine failed to tell.
  if (found.length + gone < ids.length) requireSuccess(args, result);
  return found.map(describe);
}

function describe({ Id, Name, Image, Config, Mounts, State }: Inspected): InspectedContainer {
  const labels = Config.Labels ?? {};
  const isOneOff = labels[`${composeLabel}.oneoff`] === 'True';
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    state: State.Status,
    health: healthStates.find((each) => each === State.Health?.Status),
    user: Config.User,
    pid: State.Pid,
    service: isOneOff ? undefined : labels[`${composeLabel}.service`],
    graceMs: (Config.StopTimeout ?? defaultGraceSeconds) * 1000,
    image: Config.Image,
    imageId: Image,
    composeVersion: labels[`${composeLabel}.version`] ?? '',
    composeFiles: State.Status === 'running' ? splitFiles(labels[`${composeLabel}.project.config_files`] ?? '') : [],
    mounts: (Mounts ?? []).map(({ Type, Name: volume, Destination: target, RW }) => ({
      target,
      isReadOnly: !RW,
      ...(Type === 'volume' && volume !== undefined ? { volume } : {}),
    })),
  };
}

/** What was given as standard input has no path. */
function splitFiles(text: string): string[] {
  return text.split(',').filter((file) => file.startsWith('/'));
}

/** On a busy machine the kernel may not have stopped all of a container's processes when its runtime gives up. */
function isStillBusy({ code, stderr }: CommandResult): boolean {
  return code !== 0 && stderr.includes('unable to freeze');
}

/** Stops, starts, pauses… one container. @throws Failure `source` with what docker said. */
export async function changeContainer(
  caller: DockerCaller,
  { id, name, graceMs }: Pick<ServiceContainer, 'id' | 'name' | 'graceMs'>,
  change: ContainerChange,
): Promise<void> {
  const options = {
    environment: caller.environment,
    isDetached: caller.isDetached ?? false,
    timeoutMs: engineTimeoutMs + graceMs,
  };
  let result = await runDocker(['container', change, id], options);
  for (let attempt = 1; attempt < freezeAttempts && isStillBusy(result); attempt++) {
    await sleep(freezeAgainMs);
    result = await runDocker(['container', change, id], options);
  }
  if (result.code === 0) return;
  const next = `Look at it (docker ps --all; docker logs ${name}), then run again.`;
  throw new Failure('source', `docker ${change} ${name} failed: ${lastLine(result)}`, next);
}
