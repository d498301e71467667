import { spawn } from 'node:child_process';

const MAX_OUTPUT_CHARACTERS = 16_384;
const KILL_AFTER_MS = 3_000;
/** All that our programs need of the environment: the rest may hold secrets. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'LD_LIBRARY_PATH'];

export interface ProgramEnd {
  /** Null where a signal ended it. */
  code: number | null;
  /** The last part of each. */
  stdout: string;
  stderr: string;
  /** Set where the program could not be started at all. */
  startError?: NodeJS.ErrnoException;
}

/** Runs ssh or rsync in the C locale, without a terminal or standard input; the signal ends it. Never throws. */
export function runProgram(command: string, args: readonly string[], signal?: AbortSignal): Promise<ProgramEnd> {
  const env: Record<string, string> = { LC_ALL: 'C' };
  for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name];
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    let killing: NodeJS.Timeout | undefined;
    const abort = (): void => {
      child.kill('SIGTERM');
      killing = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] = (output[name] + chunk.toString('utf8')).slice(-MAX_OUTPUT_CHARACTERS);
      });
    }
    const settle = (end: Pick<ProgramEnd, 'code' | 'startError'>): void => {
      clearTimeout(killing);
      signal?.removeEventListener('abort', abort);
      resolve({ ...output, ...end });
    };
    child.once('error', (startError) => settle({ code: null, startError }));
    child.once('close', (code) => settle({ code }));
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
