import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand, type Environment } from '../../system/run-command.ts';
import type { ProductionTraces } from './policy/ground.ts';

const timeoutMs = 60_000;

/**
 * What of production is on this disk with more in it than git has: its data, its secrets, files of variables. A
 * development clone has none of it, and what is committed is no secret of this host. `directory`: the development
 * project's; the `.env` in it is its own as well, and holds no password.
 */
export async function listKept(
  { paths, settings }: Pick<ProductionTraces, 'paths' | 'settings'>,
  directory: string,
  environment: Environment,
): Promise<string[]> {
  const own = join(directory, '.env');
  const here = [...paths, ...settings.filter((path) => path !== own)].filter((path) => existsSync(path));
  const judged = await Promise.all(here.map(async (path) => ((await isCommitted(path, environment)) ? [] : [path])));
  return judged.flat();
}

/** Whether git has all that the path holds. Where git cannot tell, it is not. */
async function isCommitted(path: string, environment: Environment): Promise<boolean> {
  const args = ['-c', 'core.fsmonitor=false', '-C', dirname(path), 'ls-files', '--others', '--', basename(path)];
  const result = await runCommand('git', args, { timeoutMs, env: environment }).catch(() => undefined);
  // A folder that may not be looked into is a warning of git's.
  return (
    result !== undefined && result.code === 0 && result.stdout === '' && result.stderr === '' && !result.isTruncated
  );
}
