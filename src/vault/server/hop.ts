import { spawn } from 'node:child_process';
import { Failure } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';

/** The way from the account of an SSH client to the keeper: one program, by sudo, and no shell. */
export interface Hop {
  keeper: string;
  /** What the keeper runs. */
  wrapper: string;
  /** Address of the SSH client, for the keeper's log. */
  client: string | undefined;
  /** Where sudo is looked for. */
  searchPath: string;
}

/** The keeper's exit code where its answer was an error; sudo's own failures give 1. */
export const ANSWERED_WITH_ERROR = 3;

/** How much of what is said on standard error is kept for a message. */
const KEPT_CHARACTERS = 1000;
/** Fits into a line of the log. */
const LONGEST_NOTE = 600;

/**
 * Has the keeper answer a request on this process's own standard input and output, which nobody here touches.
 * @returns the exit code for the SSH client: 0, or 1 where the answer was an error, or was cut.
 * @throws Failure `vault` where the keeper did not come to answer: sudo is missing, or was not set up.
 */
export async function hopToKeeper(
  hop: Hop,
  words: readonly string[],
  complain: (line: string) => void,
): Promise<number> {
  const { code, signal, stderr } = await run(hop, words, complain);
  if (code === 0) return 0;
  if (code === ANSWERED_WITH_ERROR || signal !== null) return 1;
  throw new Failure(
    'vault',
    `the backup server is not set up: sudo does not let this account ask ${hop.keeper} (${printable(stderr).slice(-300) || `code ${code}`})`,
    'Have its administrator provision it again (infrastructure/vault/provision.sh); nothing was changed.',
  );
}

/** Leaves a line in the keeper's log. Nobody waits for it: the answer to the client does not depend on it. */
export function tellKeeper(hop: Hop, note: string): void {
  const [program, ...args] = commandOf(hop, ['note', printable(note).slice(0, LONGEST_NOTE)]);
  const child = spawn(program, args, { stdio: 'ignore', detached: true, env: environmentOf(hop), cwd: '/' });
  child.on('error', () => undefined);
  child.unref();
}

function run(
  hop: Hop,
  words: readonly string[],
  complain: (line: string) => void,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = commandOf(hop, words);
    const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'pipe'], env: environmentOf(hop), cwd: '/' });
    let stderr = '';
    let unsaid = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_CHARACTERS);
      const lines = (unsaid + text).split('\n');
      unsaid = (lines.pop() ?? '').slice(-KEPT_CHARACTERS);
      for (const line of lines) complain(line);
    });
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? noSudo() : error));
    child.on('close', (code, signal) => {
      if (unsaid !== '') complain(unsaid);
      resolve({ code, signal, stderr });
    });
  });
}

function commandOf({ keeper, wrapper, client }: Hop, words: readonly string[]): [string, ...string[]] {
  const from = client === undefined ? [] : ['--client', client];
  return ['sudo', '-n', '-u', keeper, '--', wrapper, ...from, ...words];
}

function environmentOf({ searchPath }: Hop): Record<string, string> {
  return { PATH: searchPath, LC_ALL: 'C' };
}

function noSudo(): Failure {
  return new Failure(
    'vault',
    'the program sudo is missing on the backup server (Debian package sudo): nobody can ask the keeper',
    'Install it there: apt-get install sudo; then provision the vault again (infrastructure/vault/provision.sh).',
  );
}
