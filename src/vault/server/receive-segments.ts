import { spawn, type ChildProcess } from 'node:child_process';
import { pipeline } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import { Failure } from '../../logging/failure.ts';
import { MAX_SEGMENT_BYTES } from '../protocol/limits.ts';
import type { Store } from '../store/layout.ts';
import { parseRsyncCommand } from './rsync-command.ts';

/** Where rsync reads and writes: these streams, or whatever this process itself was given. */
export type RsyncStreams = { input: Readable; output: Writable } | 'inherit';

/**
 * Receives segments into the incoming area. rsync's protocol goes over the streams, its complaints to standard error, and
 * no file may become larger than a segment.
 * @returns rsync's exit code.
 * @throws Failure `refused` for any other form of rsync; `vault` where the program is missing.
 */
export async function receiveSegments(store: Store, words: readonly string[], streams: RsyncStreams): Promise<number> {
  const options = parseRsyncCommand(words, `${store.incoming}/`);
  const limited = ['prlimit', `--fsize=${MAX_SEGMENT_BYTES}`, '--core=0', 'rsync', ...options];
  return (await run(limited, streams)) ?? (await run(['rsync', ...options], streams)) ?? failWithoutRsync();
}

/** The exit code; undefined where the program does not exist, and nothing was read or written. */
function run([program = '', ...options]: readonly string[], streams: RsyncStreams): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const inherits = streams === 'inherit';
    const channel = inherits ? 'inherit' : 'pipe';
    const child: ChildProcess = spawn(program, options, { stdio: [channel, channel, 'inherit'] });
    child.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
    child.on('spawn', () => {
      if (inherits || !child.stdin || !child.stdout) return;
      // A connection that breaks ends rsync by the end of its input; how it ended is what counts.
      pipeline(streams.input, child.stdin, () => {});
      pipeline(child.stdout, streams.output, () => {});
    });
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGXFSZ' ? 11 : 20)));
  });
}

function failWithoutRsync(): never {
  throw new Failure(
    'vault',
    'the program rsync is missing on the backup server (Debian package rsync)',
    'Install it there: sudo apt-get install rsync',
  );
}
