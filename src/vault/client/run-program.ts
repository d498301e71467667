import { runCommand } from '../../system/run-command.ts';
import type { SshOptions } from './ssh-options.ts';

export interface ProgramEnd {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
  /** The program does not exist on this host. */
  isMissing: boolean;
}

/** Runs ssh or rsync, in the C locale: their words and numbers are read by us. The signal ends it. */
export async function runProgram(
  program: 'ssh' | 'rsync',
  args: readonly string[],
  { environment, signal }: Pick<SshOptions, 'environment' | 'signal'>,
): Promise<ProgramEnd> {
  const options = { ...(environment ? { env: environment } : {}), ...(signal ? { signal } : {}) };
  const { code, stdout, stderr } = await runCommand('env', ['LC_ALL=C', program, ...args], options);
  return { code, stdout, stderr, isMissing: code === 127 && stderr.startsWith('env:') };
}
