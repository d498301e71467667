import { createInterface } from 'node:readline/promises';
import { Failure } from '../../src/logging/failure.ts';
import type { BaseContext } from './command.ts';

export interface Question {
  /** What is at stake, shown before the question. */
  summary: string;
  /** What has to be typed, to the letter. */
  answer: string;
  /** The words of the question; by default in English. */
  question?: string;
  /** `--yes` was given. */
  isAgreed: boolean;
}

/**
 * Asks a person to type something that nobody types by mistake. With `--yes` nobody is asked; without a terminal it
 * refuses instead of waiting for ever.
 */
export async function confirm(
  context: BaseContext,
  { summary, answer, isAgreed, question = `Type ${answer} to go on: ` }: Question,
): Promise<boolean> {
  context.logger.info(summary);
  if (isAgreed) return true;
  if (!context.isInteractive) {
    throw new Failure(
      'refused',
      'this needs a confirmation, and there is no terminal to ask on',
      'Look at the plan above, then run it again with --yes.',
    );
  }
  return (await askLine(context, question)) === answer;
}

/** A line that a person types on the terminal, without the spaces around it. */
export async function askLine(context: BaseContext, question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(question, { signal: context.signal })).trim();
  } finally {
    prompt.close();
  }
}
