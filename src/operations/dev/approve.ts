import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';
import { listForeignReads } from './check-reads.ts';
import { listTakenNames } from './check-running.ts';
import type { DevProject } from './dev-project.ts';
import { followLinks } from './follow-links.ts';
import { judgeDevModel } from './policy.ts';
import { isWithin } from './policy/ground.ts';
import { listKept } from './list-kept.ts';
import { traceProduction } from './production-traces.ts';
import { readRawModel } from './read-raw-model.ts';

/**
 * Reads the development project's model, and refuses it where it reaches production or the host. Nothing of it has been
 * built or started by then. Every command that changes something on the engine asks here first.
 * @throws Failure `refused` with every fault, `config` where the file cannot be read.
 */
export async function approveProject(project: DevProject, logger: Logger): Promise<unknown> {
  const directory = followLinks(project.directory);
  const secrets = followLinks(project.secrets);
  const production = await traceProduction(project.production, logger);
  const contexts = project.contexts.map(followLinks);
  const kept = project.isCommit ? [] : await listKept(production, directory, project.environment);
  refuse([...listLinkedOut(project), ...(await listForeignReads(project.files, project.directory, kept))], project);
  const model = await readRawModel(project);
  refuse(judgeDevModel(model, { directory, secrets, contexts, production, kept, resolve: followLinks }), project);
  refuse(
    await listTakenNames(model, { ...project, directory, formerPlaces: project.formerPlaces.map(followLinks) }),
    project,
  );
  return model;
}

/** Compose files of the project that are links to somewhere else. */
function listLinkedOut({ files, directory }: DevProject): string[] {
  return files
    .filter((file) => isWithin(file, directory) && !isWithin(followLinks(file), followLinks(directory)))
    .map((file) => `${file} is a link to ${followLinks(file)}, outside the project's folder`);
}

function refuse(faults: readonly string[], { files }: DevProject): void {
  if (faults.length === 0) return;
  const list = faults.map((fault) => `\n  ${printable(fault)}`).join('');
  throw new Failure(
    'refused',
    `${files[0] ?? ''} reaches beyond development, and was not used:${list}`,
    'Correct the file: development has its own project, networks and volumes, and nothing of this host (docs/development.md).',
  );
}
