import { Failure, messageOf } from '../../logging/failure.ts';
import { replaceTables, type ReplaceOptions, type ReplaceResult } from '../../sources/postgres/replace-tables.ts';
import type { Platform } from '../platform.ts';
import { FINISHING_COMMANDS } from './interrupted-text.ts';
import type { RestoreJournal } from './journal.ts';
import { areTablesReplaced, awaitSilence, closeTables } from './kept-tables.ts';
import { orDiscard } from './or-discard.ts';

/**
 * Runs the one transaction of a journal's tables and closes the journal after it. From its COMMIT on nothing may discard
 * what the journal speaks of: where nobody can tell whether it happened, the journal stays.
 * @returns without tables and time where the server's answer got lost
 * @throws Failure; unless it says otherwise, nothing has been changed and nothing is left
 */
export async function replaceOnce(
  platform: Platform,
  journal: RestoreJournal,
  options: ReplaceOptions,
): Promise<ReplaceResult> {
  const done = await replaceTables(options).catch(async (error: unknown) => {
    if (await hasHappened(platform, journal, error)) return { tables: [] };
    return await orDiscard<ReplaceResult>(platform, journal, () => {
      throw error;
    });
  });
  await closeTables(platform, journal);
  return done;
}

/** The answer to a COMMIT may get lost on its way. */
async function hasHappened(platform: Platform, { tables = [] }: RestoreJournal, cause: unknown): Promise<boolean> {
  try {
    await awaitSilence(platform, tables);
    return await areTablesReplaced(platform, tables);
  } catch (error) {
    throw new Failure(
      'source',
      `${messageOf(cause)}; whether the rows were replaced before that cannot be told: ${messageOf(error)}`,
      `Bring the server up again: ${FINISHING_COMMANDS} finds out, and completes or reverts it.`,
      { cause },
    );
  }
}
