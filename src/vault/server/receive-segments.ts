import { pipeline } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import { spawn, type ChildProcess } from 'node:child_process';
import { Failure } from '../../logging/failure.ts';
import { MAX_SEGMENT_BYTES } from '../protocol/limits.ts';
import { findExcess, type IncomingBudget } from './incoming-budget.ts';
import { parseRsyncCommand } from './rsync-command.ts';
import { watchBudget } from './watch-budget.ts';

/** Where rsync reads and writes: these streams, or whatever this process itself was given. */
export type RsyncStreams = { input: Readable; output: Writable } | 'inherit';

export interface Reception {
  /** Where the segments go. */
  incoming: string;
  /** What the client wants to run. */
  words: readonly string[];
  streams: RsyncStreams;
  /** Looked at before rsync runs and all the while; absent on a vault without settings. */
  budget?: IncomingBudget;
  /** All that rsync finds in its environment; absent: our own. */
  environment?: Record<string, string>;
}

/** Far more than any run of ours takes. */
const CPU_SECONDS = 6 * 3600;
const MEMORY_BYTES = 2 * 1024 ** 3;

/**
 * Receives segments into the incoming area. rsync's protocol goes over the streams, its complaints to standard error, and
 * no file may become larger than a segment. Where prlimit is missing, hello says so.
 * @returns rsync's exit code.
 * @throws Failure `refused` for any other form of rsync; `space` where a budget is used up, and rsync was not started or
 * was ended; `vault` where the program is missing.
 */
export async function receiveSegments(reception: Reception): Promise<number> {
  const { incoming, words, budget } = reception;
  const options = parseRsyncCommand(words, `${incoming}/`);
  const excess = budget && findExcess(incoming, budget);
  if (excess) throw refuseExcess(excess);
  const limits = [`--fsize=${MAX_SEGMENT_BYTES}`, '--core=0', `--cpu=${CPU_SECONDS}`, `--as=${MEMORY_BYTES}`];
  const limited = ['prlimit', ...limits, 'rsync', ...options];
  return (await run(limited, reception)) ?? (await run(['rsync', ...options], reception)) ?? failWithoutRsync();
}

/** The exit code; undefined where the program does not exist, and nothing was read or written. */
function run([program = '', ...args]: readonly string[], reception: Reception): Promise<number | undefined> {
  const { incoming, streams, budget, environment } = reception;
  return new Promise((resolve, reject) => {
    const channel = streams === 'inherit' ? 'inherit' : 'pipe';
    // In a group of its own: rsync is two processes, which end together.
    const child: ChildProcess = spawn(program, args, {
      stdio: [channel, channel, 'inherit'],
      detached: true,
      ...(environment ? { env: environment } : {}),
    });
    const watch = budget && child.pid !== undefined ? watchBudget(child.pid, incoming, budget) : undefined;
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
    child.on('spawn', () => {
      if (streams === 'inherit' || !child.stdin || !child.stdout) return;
      // A connection that breaks ends rsync by the end of its input; how it ended is what counts.
      pipeline(streams.input, child.stdin, () => {});
      pipeline(child.stdout, streams.output, () => {});
    });
    child.on('close', (code, signal) => {
      const excess = watch?.stop();
      if (excess) reject(refuseExcess(excess));
      else resolve(code ?? (signal === 'SIGXFSZ' ? 11 : 20));
    });
  });
}

function refuseExcess(excess: string): Failure {
  return new Failure(
    'space',
    `not enough space for what is sent: ${excess}`,
    'Have the administrator of the backup server look at its incoming area, and clear it: sudo skills-vault vault sweep --after 1h',
  );
}

function failWithoutRsync(): never {
  throw new Failure(
    'vault',
    'the program rsync is missing on the backup server (Debian package rsync)',
    'Install it there: sudo apt-get install rsync',
  );
}
