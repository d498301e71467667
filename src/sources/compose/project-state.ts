import { askDocker, type DockerOptions } from './docker.ts';
import { inspectByEngine } from './inspect.ts';

/** What the engine has of a compose project, whatever its files say by now. */
export interface ProjectState {
  readonly containers: readonly ServiceContainer[];
  readonly volumes: readonly ExistingVolume[];
}

/** A container of a service, running or not. */
export interface ServiceContainer {
  readonly service: string;
  readonly name: string;
  /** Reference of its image as it was configured, and the image's id. */
  readonly image: string;
  readonly imageId: string;
  /** Version of Compose that made it. */
  readonly composeVersion: string;
  readonly volumeMounts: readonly { readonly name: string; readonly target: string; readonly isReadOnly: boolean }[];
}

/** A named volume that Compose made for the project. */
export interface ExistingVolume {
  readonly name: string;
  /** As the services named it. */
  readonly key: string;
  readonly driver: string;
}

const maximumOutputBytes = 64 << 20;
const label = 'com.docker.compose';

/**
 * Asks the engine for the containers and volumes that carry the project's label.
 * @throws Failure where the engine cannot be asked.
 */
export async function readProjectState(project: string, options: DockerOptions): Promise<ProjectState> {
  const ask = (args: readonly string[]) => askDocker(args, { maximumOutputBytes, ...options });
  const mine = ['--filter', `label=${label}.project=${project}`];
  const [containers, volumes] = await Promise.all([
    ask(['ps', '--all', '--no-trunc', '--quiet', ...mine]).then(async (ids) =>
      readContainers(await inspectByEngine<Inspected>(splitLines(ids), options)),
    ),
    ask(['volume', 'ls', ...mine, '--format', `{{.Driver}} {{.Name}} {{.Label "${label}.volume"}}`]).then(readVolumes),
  ]);
  return { containers, volumes };
}

interface Inspected {
  Name: string;
  Image: string;
  Config: { Image: string; Labels: Record<string, string> };
  Mounts: { Type: string; Name?: string; Destination: string; RW: boolean }[];
}

function readContainers(inspected: readonly Inspected[]): ServiceContainer[] {
  return inspected
    .filter(({ Config: { Labels } }) => Labels[`${label}.oneoff`] !== 'True')
    .map(({ Name, Image, Config, Mounts }) => ({
      service: Config.Labels[`${label}.service`] ?? '',
      name: Name.replace(/^\//, ''),
      image: Config.Image,
      imageId: Image,
      composeVersion: Config.Labels[`${label}.version`] ?? '',
      volumeMounts: Mounts.flatMap(({ Type, Name: name, Destination: target, RW }) =>
        Type === 'volume' && name !== undefined ? [{ name, target, isReadOnly: !RW }] : [],
      ),
    }));
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
