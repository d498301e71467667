import { composeLabel, requireSuccess, runDocker, type DockerOptions } from './docker.ts';
import { inspectServices, type ServiceContainer } from './service-containers.ts';

/** What the engine has of a compose project, whatever its files say by now. */
export interface ProjectState {
  /** Running or not. */
  readonly containers: readonly ExistingContainer[];
  readonly volumes: readonly ExistingVolume[];
}

export type ExistingContainer = Pick<
  ServiceContainer,
  'service' | 'name' | 'image' | 'imageId' | 'composeVersion' | 'mounts'
>;

/** A named volume that Compose made for the project. */
export interface ExistingVolume {
  readonly name: string;
  /** As the services named it. */
  readonly key: string;
  readonly driver: string;
}

/**
 * Asks the engine for the containers and volumes that carry the project's label.
 * @throws Failure where the engine cannot be asked.
 */
export async function readProjectState(project: string, options: DockerOptions): Promise<ProjectState> {
  const ask = async (args: readonly string[]) =>
    requireSuccess(args, await runDocker(args, { maximumOutputBytes: 64 << 20, ...options })).stdout;
  const mine = ['--filter', `label=${composeLabel}.project=${project}`];
  const [containers, volumes] = await Promise.all([
    ask(['ps', '--all', '--no-trunc', '--quiet', ...mine]).then((ids) => inspectServices(options, splitLines(ids))),
    ask(['volume', 'ls', ...mine, '--format', `{{.Driver}} {{.Name}} {{.Label "${composeLabel}.volume"}}`]),
  ]);
  return { containers, volumes: readVolumes(volumes) };
}

function readVolumes(text: string): ExistingVolume[] {
  return splitLines(text).map((line) => {
    const [driver = '', name = '', key = ''] = line.split(' ');
    return { name, driver, key: key === '' ? name : key };
  });
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
