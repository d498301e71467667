import { createInterface, type Interface } from 'node:readline';
import { Failure } from '../../src/logging/failure.ts';
import type { Change } from '../../src/operations/init/adoption/change.ts';
import type { Answer } from '../../src/operations/init/answers.ts';
import type { CommandContext } from './command.ts';

const answers: Readonly<Record<string, Answer>> = {
  y: 'yes',
  yes: 'yes',
  n: 'no',
  no: 'no',
  a: 'all',
  all: 'all',
  q: 'quit',
  quit: 'quit',
};

/** Asks a person about one change after the other; opens the terminal with the first. */
export function openDialogue({ logger, isInteractive, signal }: CommandContext) {
  let prompt: Interface | undefined;
  let lines: AsyncIterator<string> | undefined;
  return {
    close: () => prompt?.close(),
    ask: async (change: Change): Promise<Answer> => {
      logger.info(change.description);
      if (!isInteractive) {
        throw new Failure(
          'refused',
          `${change.path} would be written, and there is no terminal to ask on`,
          'Look at the difference above, then run it again with --yes.',
        );
      }
      if (change.isForeign) logger.warning(`${change.path} is there already, and was not written by continuity`);
      prompt ??= createInterface({ input: process.stdin, output: process.stderr, signal });
      // One reader for all questions: what is typed ahead is not lost.
      lines ??= prompt[Symbol.asyncIterator]();
      for (;;) {
        process.stderr.write(`Write ${change.path}? [y]es, [n]o, [a]ll, [q]uit: `);
        const typed = await lines.next();
        // The end of the input is no answer: nothing more is written.
        const answer = typed.done === true ? 'quit' : answers[typed.value.trim().toLowerCase()];
        if (answer !== undefined) return answer;
      }
    },
  };
}
