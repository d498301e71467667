import { composeLabel, requireSuccess, runDocker, type DockerCaller } from './docker.ts';

/** What `docker compose run` made for a service, and that has not ended. */
export interface OneOffContainer {
  readonly name: string;
  readonly service: string;
}

/** Those of a compose project. @throws Failure where the engine cannot be asked. */
export async function listOneOffs(
  project: string,
  { environment, isDetached = false }: DockerCaller,
): Promise<OneOffContainer[]> {
  const labels = [`${composeLabel}.project=${project}`, `${composeLabel}.oneoff=True`];
  const filters = labels.flatMap((label) => ['--filter', `label=${label}`]);
  const args = ['ps', ...filters, '--format', `{{.Names}} {{.Label "${composeLabel}.service"}}`];
  const { stdout } = requireSuccess(args, await runDocker(args, { environment, isDetached }));
  return stdout.split('\n').flatMap((line) => {
    const [name = '', service = ''] = line.split(' ');
    return name === '' ? [] : [{ name, service }];
  });
}
