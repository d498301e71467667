import type { ComposeModel } from '../../sources/compose/compose-model.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import { readProjectState, type ProjectState } from '../../sources/compose/project-state.ts';

/** A compose project: what its files say, and what the engine has of it. */
export interface Stack {
  readonly model: ComposeModel;
  readonly state: ProjectState;
}

export interface StackOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Reads both; a handful of short questions to docker. @throws Failure where it cannot be asked, or the files are wrong. */
export async function readStack(project: ComposeProject, options: StackOptions = {}): Promise<Stack> {
  const model = await readComposeModel(project, options);
  const name = project.project ?? model.project ?? '';
  return { model, state: await readProjectState(name, { ...options, environment: project.environment }) };
}
