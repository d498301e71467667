import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../../../logging/failure.ts';
import { deriveWorkflow, workflowMark } from './derive-workflow.ts';
import { workflowsFolder } from './installed-paths.ts';
import { writePullRequestWorkflow } from './pull-request-workflow.ts';
import type { ToolkitIdentity } from './toolkit.ts';

export interface WorkflowText {
  /** Relative to the application's repository. */
  readonly path: string;
  readonly content: string;
}

const derived = ['backup.yml', 'verify.yml', 'restore.yml', 'watch.yml'];

/** Whether a workflow of one of our names was written by `init`, by what stands in it. */
export function isOurWorkflow(content: string): boolean {
  return content.startsWith(workflowMark);
}

/**
 * The five workflows of an application.
 * @throws Failure `failed` where the toolkit's own cannot be read, or have another form.
 */
export async function writeWorkflows(
  toolkitFolder: string,
  toolkit: ToolkitIdentity,
  urlEnvs: readonly string[],
): Promise<WorkflowText[]> {
  const sources = await Promise.all(derived.map((name) => readSource(join(toolkitFolder, workflowsFolder, name))));
  const texts = derived.map((name, position) => ({
    path: `${workflowsFolder}/${name}`,
    content: deriveWorkflow({ name, source: sources[position]!, toolkit, urlEnvs }),
  }));
  const pullRequest = writePullRequestWorkflow(sources[0]!, toolkit);
  return [...texts, { path: `${workflowsFolder}/pull-request.yml`, content: pullRequest }];
}

async function readSource(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Failure(
      'failed',
      `the toolkit's workflow ${path} cannot be read: ${messageOf(error)}`,
      'Run init from a whole clone of the toolkit: node ../continuity/scripts/dist/continuity/index.js init',
      { cause: error },
    );
  }
}
