import type { ComposeModel } from './compose-model.ts';
import type { DockerOptions } from './docker.ts';
import { askCompose, type ComposeProject } from './project.ts';
import { readModel } from './read-model.ts';

const maximumModelBytes = 16 << 20;

/**
 * The project as docker compose understands its files: services, mounts, volumes, of every profile.
 * @throws Failure where docker or the files are not there, or the files are wrong.
 */
export async function readComposeModel(
  project: ComposeProject,
  options: Omit<DockerOptions, 'environment'> = {},
): Promise<ComposeModel> {
  const args = ['--profile', '*', 'config', '--format', 'json'];
  const text = await askCompose(project, args, { maximumOutputBytes: maximumModelBytes, ...options });
  return readModel(JSON.parse(text) as unknown);
}
