import type { BaseContext } from './commands/command.ts';
import { runProgram, type ProgramOptions } from './program.ts';
import { version } from '../src/version.ts';

const secondSignalCode = 130;

/** Wires a program to this process: arguments, environment, streams, signals, exit code. */
export async function startProgram<Context extends BaseContext>(
  program: Pick<ProgramOptions<Context>, 'name' | 'description' | 'definitions' | 'commonOptions' | 'completeContext'>,
): Promise<void> {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(secondSignalCode);
      process.stderr.write(`\n${signal}: ending in order; once more ends at once\n`);
      abort.abort(new Error(`ended by ${signal}`));
    });
  }
  // `continuity list | head` closes the pipe early: no fault of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await runProgram({
    ...program,
    version,
    args: process.argv.slice(2),
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    workingDirectory: process.cwd(),
    signal: abort.signal,
  });
}
