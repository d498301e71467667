import { getExecOutput } from '@actions/exec';
import type { Logger } from '../../src/logging/logger.ts';
import { version } from '../../src/version.ts';

/** What a backup or restore leans on, and how each tells its version. */
const programs: readonly [name: string, option: string][] = [
  ['psql', '--version'],
  ['rsync', '--version'],
  ['ssh', '-V'],
  ['tar', '--version'],
];

/** Logs what runs here, in which version: the first question of whoever reads a failed step's log. */
export async function describeMachine(logger: Logger, configFile: string): Promise<void> {
  logger.phase('Machine');
  logger.info(`continuity ${version}, Node ${process.version}, ${configFile}`);
  for (const line of await Promise.all(programs.map(readVersion))) logger.info(line);
}

async function readVersion([name, option]: readonly [string, string]): Promise<string> {
  try {
    const { stdout, stderr } = await getExecOutput(name, [option], { silent: true, ignoreReturnCode: true });
    return `${stdout}${stderr}`.split('\n', 1)[0] ?? name;
  } catch {
    // What is missing and needed is named by whoever needs it.
    return `${name}: not found`;
  }
}
