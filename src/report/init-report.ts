import type { InitResult } from '../operations/init.ts';

/** What was found, what was written, and what is left to do. */
export function renderInit({ changes, toolkit, coverage, nextSteps }: InitResult): string {
  const { databases, files, notCovered, composeFiles } = coverage;
  const found =
    composeFiles.length === 0
      ? 'No compose file was found.'
      : `In ${composeFiles.join(', ')}: ${databases.length} PostgreSQL, ${files.length} folders with data, ${notCovered.length} mounts left out.`;
  const lines = changes.map(({ path, status }) => `  ${status.padEnd(9)}  ${path}`);
  if (changes.every(({ status }) => status === 'unchanged')) {
    return `Nothing to do: all is as version ${toolkit.version} (${toolkit.repository}@${toolkit.commit.slice(0, 12)}) writes it.`;
  }
  const steps = nextSteps.map((step, position) => `  ${position + 1}. ${step}`);
  return [found, ...lines, '', 'What is left to do:', ...steps].join('\n');
}
