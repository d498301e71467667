import { getExecOutput } from '@actions/exec';
import type { Logger } from '../../src/logging/logger.ts';
import { version } from '../../src/version.ts';

type Program = readonly [name: string, ...options: string[]];

/** What a backup or restore leans on, and how each tells its version. */
const backupPrograms: readonly Program[] = [
  ['psql', '--version'],
  ['rsync', '--version'],
  ['ssh', '-V'],
  ['tar', '--version'],
];

/** The same for a deployment. */
export const dockerPrograms: readonly Program[] = [
  ['docker', '--version'],
  ['docker', 'compose', 'version'],
  ['git', '--version'],
];

/** Logs what runs here, in which version: the first question of whoever reads a failed step's log. */
export async function describeMachine(logger: Logger, what: string, programs = backupPrograms): Promise<void> {
  logger.phase('Machine');
  logger.info(`continuity ${version}, Node ${process.version}, ${what}`);
  for (const line of await Promise.all(programs.map(readVersion))) logger.info(line);
}

async function readVersion([name, ...options]: Program): Promise<string> {
  try {
    const { stdout, stderr } = await getExecOutput(name, options, { silent: true, ignoreReturnCode: true });
    return `${stdout}${stderr}`.split('\n', 1)[0] ?? name;
  } catch {
    // What is missing and needed is named by whoever needs it.
    return `${name}: not found`;
  }
}
