import { askDocker, type DockerCaller } from './docker.ts';

/** What `docker compose run` made for a service, and that has not ended. */
export interface OneOffContainer {
  readonly name: string;
  readonly service: string;
}

const label = 'com.docker.compose';

/** Those of a compose project. @throws Failure where the engine cannot be asked. */
export async function listOneOffs(
  project: string,
  { environment, isDetached = false }: DockerCaller,
): Promise<OneOffContainer[]> {
  const filters = [`${label}.project=${project}`, `${label}.oneoff=True`].flatMap((is) => ['--filter', `label=${is}`]);
  const format = `{{.Names}} {{.Label "${label}.service"}}`;
  const listed = await askDocker(['ps', ...filters, '--format', format], { environment, isDetached });
  return listed.split('\n').flatMap((line) => {
    const [name = '', service = ''] = line.split(' ');
    return name === '' ? [] : [{ name, service }];
  });
}
