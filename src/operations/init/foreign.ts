import { readRepositoryFile } from './adoption/repository-file.ts';
import { compareText, type Change } from './adoption/change.ts';
import { findForeignScripts, packageScripts, replaceScript } from './adoption/package-scripts.ts';
import { workflowsFolder } from './adoption/installed-paths.ts';
import type { Stamp } from './adoption/stamp.ts';
import { isOurWorkflow } from './adoption/workflows.ts';

/** What a repository goes without where one of the five is not ours. */
const consequences: Readonly<Record<string, string>> = {
  'backup.yml': 'continuity backs up nothing, neither at night nor after a push',
  'verify.yml': 'continuity reads no archive again to prove it',
  'restore.yml': 'nothing can be restored from GitHub, only from the command line',
  'watch.yml': 'nobody is told when backups stop',
  'pull-request.yml': 'no pull request is checked for what continuity.yml leaves out',
};

/** How a script of package.json is asked about, and recorded. */
export function nameScript(name: string): string {
  return `package.json (script ${name})`;
}

/** The change that puts our script in the place of the team's; undefined where there is no such script any more. */
export async function compareScript(directory: string, name: string): Promise<Change | undefined> {
  const content = (await readRepositoryFile(directory, 'package.json'))?.toString();
  if (content === undefined || !findForeignScripts(content).includes(name)) return undefined;
  const change = await compareText(directory, 'package.json', replaceScript(content, name));
  return change && { ...change, path: nameScript(name), isForeign: true };
}

/** What of ours has no place in a repository, because somebody else's stands there or nothing does. */
export interface Absence {
  /** File name of the workflow, or name of the script. */
  readonly name: string;
  /** One sentence with what follows from it. */
  readonly warning: string;
}

/**
 * The workflows that `init` did not write, but for those that a person declined and what calls the toolkit itself, and
 * the team's own npm scripts of our names.
 */
export async function findAbsences(directory: string, stamp: Stamp): Promise<Absence[]> {
  const absences: Absence[] = [];
  const declined = new Set(stamp.declined);
  for (const [name, consequence] of Object.entries(consequences)) {
    const path = `${workflowsFolder}/${name}`;
    // What the stamp holds is compared with it, to the byte.
    if (path in stamp.files) continue;
    const content = (await readRepositoryFile(directory, path))?.toString();
    if (content !== undefined && (declined.has(path) || callsToolkit(name, content, stamp))) continue;
    const state =
      content === undefined
        ? 'is missing'
        : isOurWorkflow(content)
          ? 'is not on record'
          : 'was not written by continuity';
    absences.push({ name, warning: `${path} ${state}: ${consequence}. Run continuity init, which shows it and asks` });
  }
  const scripts = (await readRepositoryFile(directory, 'package.json'))?.toString();
  for (const name of scripts === undefined ? [] : findForeignScripts(scripts)) {
    if (declined.has(nameScript(name))) continue;
    const warning = `package.json: the script ${name} is the team's own, not "${packageScripts[name]}": npm run ${name} does something else than the manual says. Run continuity init, which shows it and asks`;
    absences.push({ name, warning });
  }
  return absences;
}

/** A workflow of the team's that uses our action, calls our reusable workflow, or runs our check. */
function callsToolkit(name: string, content: string, { toolkit }: Stamp): boolean {
  const [repository = ''] = toolkit.split('@');
  const lines = content.split('\n').filter((line) => !/^\s*#/.test(line));
  if (name === 'pull-request.yml') return lines.some((line) => line.includes('init --check'));
  const used = [`${repository}/actions/${name.replace('.yml', '')}@`, `${repository}/${workflowsFolder}/${name}@`];
  return lines.some((line) => /^\s*(- )?uses:/.test(line) && used.some((each) => line.includes(each)));
}
