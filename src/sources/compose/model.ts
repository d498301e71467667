import type { ComposeModel } from './compose-model.ts';
import { askCompose, type ComposeProject } from './project.ts';
import { readModel } from './read-model.ts';

/**
 * The project as docker compose understands its files: services, mounts, volumes, of every profile.
 * @throws Failure where docker or the files are not there, or the files are wrong.
 */
export async function readComposeModel(project: ComposeProject): Promise<ComposeModel> {
  const text = await askCompose({ ...project }, ['--profile', '*', 'config', '--format', 'json']);
  return readModel(JSON.parse(text) as unknown);
}
