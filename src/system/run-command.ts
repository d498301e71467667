import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Failure, messageOf } from '../logging/failure.ts';

/** Environment variables as a program is given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandOptions {
  /** Written to standard input, which is empty otherwise. */
  input?: string | Uint8Array;
  /** The whole environment; absent: this program's own. */
  env?: Environment;
  cwd?: string;
  /** After this the program is ended, and killed where it does not end. */
  timeoutMs?: number;
  /** Ends the program like the timeout. */
  signal?: AbortSignal;
  /** In a session of its own: the Ctrl-C and the hang-up of the terminal end the caller, not this. */
  isDetached?: boolean;
  /** How much of each output is kept; of standard output the beginning, of standard error the end. Default 1 MiB. */
  maximumOutputBytes?: number;
}

export interface CommandResult {
  /** Exit code; null where a signal ended it. Success is `code === 0`, nothing else. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Standard output was longer than what is kept. */
  isTruncated: boolean;
  /** It was ended for its time, or by the caller's signal. */
  isAborted: boolean;
}

const graceMs = 2_000;

/**
 * Runs a short program, without a shell, and returns what came of it, whatever its exit code.
 * @throws Failure `failed` where the program cannot be started at all.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const limit = options.maximumOutputBytes ?? 1_048_576;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: options.isDetached ?? false,
    });
    const stdout = keepBeginning(child.stdout, limit);
    const stderr = keepEnd(child.stderr, limit);
    let isAborted = false;
    const timers: NodeJS.Timeout[] = [];
    const abort = () => {
      isAborted = true;
      child.kill('SIGTERM');
      timers.push(setTimeout(() => child.kill('SIGKILL'), graceMs));
      // A grandchild may hold the pipes open for ever: what it says is no longer waited for.
      timers.push(setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), 2 * graceMs));
    };
    if (options.timeoutMs !== undefined) timers.push(setTimeout(abort, options.timeoutMs));
    if (options.signal?.aborted === true) abort();
    else options.signal?.addEventListener('abort', abort, { once: true });
    const settle = () => {
      timers.forEach(clearTimeout);
      options.signal?.removeEventListener('abort', abort);
    };
    child.on('error', (error) => {
      settle();
      reject(
        new Failure('failed', `cannot run ${program}: ${messageOf(error)}`, `Install ${program}.`, { cause: error }),
      );
    });
    child.on('close', (code, signal) => {
      settle();
      const text = stdout();
      const { bytes, isTruncated } = text;
      resolve({ code, signal, stdout: bytes.toString(), stderr: stderr().toString(), isTruncated, isAborted });
    });
    // A program that does not read its input to the end is not an error in itself: its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  });
}

/**
 * The path of a program, as the shell finds it, or in the system administrator's folders (`sshd` is there).
 * @throws Failure `failed` that names the Debian package to install.
 */
export async function requireProgram(name: string, debianPackage: string): Promise<string> {
  const script = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; command -v -- "$1"';
  const { code, stdout } = await runCommand('/bin/sh', ['-c', script, 'sh', name]);
  if (code === 0) return stdout.trim();
  throw new Failure(
    'failed',
    `the program ${name} is missing on this machine`,
    `Install the package ${debianPackage}: sudo apt-get install ${debianPackage}`,
  );
}

function keepBeginning(stream: Readable, limit: number): () => { bytes: Buffer; isTruncated: boolean } {
  const chunks: Buffer[] = [];
  let length = 0;
  let isTruncated = false;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, limit - length);
    isTruncated ||= kept.length < chunk.length;
    if (kept.length > 0) chunks.push(kept);
    length += kept.length;
  });
  return () => ({ bytes: Buffer.concat(chunks), isTruncated });
}

function keepEnd(stream: Readable, limit: number): () => Buffer {
  let chunks: Buffer[] = [];
  let length = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 2 * limit) {
      chunks = [Buffer.concat(chunks).subarray(-limit)];
      length = limit;
    }
  });
  return () => Buffer.concat(chunks).subarray(-limit);
}
