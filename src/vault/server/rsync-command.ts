import { Failure } from '../../logging/failure.ts';

/** Quick check off, quiet, times, verbose, whole files; then what the client's own rsync can do (`e.`), which is harmless. */
const FLAGS = /^-[IqtvW]*e\.[A-Za-z]{0,24}$/;
const OPTIONS = /^--(?:partial|size-only|ignore-existing|stats|timeout=\d{1,5}|bwlimit=\d{1,9})$/;

/**
 * Checks a request to receive files (`rsync --server -e.LsfxCIvu … . PATH`) against the one form that our client sends, and
 * returns the arguments that rsync is run with: the client's wishes where they are harmless, and the target that we choose.
 * There is no way to send, to delete, to write in place, to append, to recurse, to make links or devices, to read
 * arguments from standard input (`s`), or to name any folder.
 * @throws Failure `refused`.
 */
export function parseRsyncCommand(words: readonly string[], target: string): string[] {
  const [program, server, flags = '', ...rest] = words;
  const options = rest.slice(0, -2);
  const isOurs =
    program === 'rsync' &&
    server === '--server' &&
    FLAGS.test(flags) &&
    rest.length >= 2 &&
    rest.at(-2) === '.' &&
    options.every((option) => OPTIONS.test(option));
  if (!isOurs) {
    throw new Failure(
      'refused',
      'this account receives segments with rsync, and nothing else',
      'Use the toolkit of the same version on both sides.',
    );
  }
  return ['--server', flags, ...options, '.', target];
}
