import type { ComposeModel } from '../../sources/compose/compose-model.ts';
import { listOneOffs } from '../../sources/compose/one-off-containers.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import type { Users } from './find-users.ts';

/**
 * Says what `docker compose run` has started for services that are to be halted, and that still goes on: a command that
 * somebody typed, which the toolkit could end, and not have run again.
 * @returns a sentence for each of these containers.
 */
export async function findOneOffs(
  project: ComposeProject,
  { project: name }: Pick<ComposeModel, 'project'>,
  { stop = [], hold = [] }: Partial<Users>,
): Promise<string[]> {
  const halting = new Set([...stop, ...hold]);
  if (halting.size === 0) return [];
  const oneOffs = await listOneOffs(project.project ?? name ?? '', project);
  return oneOffs
    .filter(({ service }) => halting.has(service))
    .map(
      ({ name: container, service }) =>
        `docker compose run ${service} still goes on, and uses what is replaced: await its end, or end it (docker stop ${container})`,
    );
}
