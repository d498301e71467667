import { Failure } from '../../logging/failure.ts';
import { isWord } from '../protocol/words.ts';

const LONGEST_COMMAND = 4096;

/**
 * Splits what an SSH client asked to run (`SSH_ORIGINAL_COMMAND`) into words, at single spaces and nowhere else. There is
 * no quoting: whatever would need some is refused.
 * @throws Failure `refused`.
 */
export function splitCommand(command: string): string[] {
  const words = command.split(' ');
  if (command.length <= LONGEST_COMMAND && words.every(isWord)) return words;
  throw new Failure('refused', 'this account runs no commands', 'It is for the continuity toolkit alone.');
}
