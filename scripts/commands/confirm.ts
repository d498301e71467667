import { createInterface } from 'node:readline/promises';
import { Failure } from '../../src/logging/failure.ts';
import type { BaseContext } from './command.ts';

export interface Question {
  /** What is at stake, shown before the question. */
  summary: string;
  /** What has to be typed, to the letter. */
  answer: string;
  /** `--yes` was given. */
  isAgreed: boolean;
}

/**
 * Asks a person to type something that nobody types by mistake. With `--yes` nobody is asked; without a terminal it
 * refuses instead of waiting for ever.
 */
export async function confirm(context: BaseContext, { summary, answer, isAgreed }: Question): Promise<boolean> {
  context.logger.info(summary);
  if (isAgreed) return true;
  if (!context.isInteractive) {
    throw new Failure(
      'refused',
      'this needs a confirmation, and there is no terminal to ask on',
      'Look at the plan above, then run it again with --yes.',
    );
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = await prompt.question(`Type ${answer} to go on: `, { signal: context.signal });
    return typed.trim() === answer;
  } finally {
    prompt.close();
  }
}
