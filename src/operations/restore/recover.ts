import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStillStaged } from '../../sources/files/is-still-staged.ts';
import { endLeftSessions } from '../../sources/postgres/end-sessions.ts';
import { removeUnfinished } from '../../system/durable-file.ts';
import { serverOf } from '../connect-server.ts';
import type { Platform } from '../platform.ts';
import { carryThrough } from './carry-through.ts';
import { findMade } from './find-made.ts';
import { followContainers } from './follow-container.ts';
import { describeJournal } from './interrupted-text.ts';
import { JOURNAL_NAME, readJournal, type RestoreJournal } from './journal.ts';
import { haltAgain } from '../services/halt-services.ts';
import { areTablesReplaced, awaitSilence, closeTables } from './kept-tables.ts';
import { isRestoreId, keptRecordsIn, workDirectoryOf } from './own-paths.ts';
import { discardStaged } from './or-discard.ts';

const LEFTOVERS_CONNECT_WITHIN_MS = 500;

/** Finishes a restore, or an undo, that was interrupted while it put things in place, or reverts one that had not begun to. */
export async function finishInterrupted(platform: Platform): Promise<void> {
  const { state } = platform.config;
  const journal = await readJournal(state);
  if (journal) await finish(platform, journal);
  await removeLeftovers(state);
}

async function finish(platform: Platform, journal: RestoreJournal): Promise<void> {
  const { logger } = platform;
  const run = describeJournal(journal);
  if (await isBypassed(platform, journal)) {
    logger.warning(
      `The ${run}, begun ${journal.started}, was interrupted right before its one rename, with nobody halted, who have worked on since: removing what it had made. To have it, run it again.`,
    );
    await discardStaged(platform, journal);
  } else if (journal.phase === 'swapping') {
    logger.warning(`The ${run}, begun ${journal.started}, was interrupted while it was put in place: going on.`);
    // A reboot, or somebody, may have started those who use it, whether they ran when it began or not. After its one
    // rename, nothing is left to do that anybody would notice.
    if (!journal.isSingleRename) await haltAgain(platform, journal.users);
    await carryThrough(platform, { ...journal, files: await followContainers(platform, journal) });
    logger.warning(`The ${run} is complete now.`);
  } else {
    await endLeftovers(platform, journal);
    if (await finishTables(platform, journal)) return;
    logger.warning(
      `The ${run}, begun ${journal.started}, was interrupted before it changed anything: removing what it had made.`,
    );
    const made = await findMade(platform, journal);
    await discardStaged(platform, journal);
    if (made.length > 0) logger.warning(`Of that run ${made.join('; ')}: use it, or drop it.`);
  }
}

/**
 * Whether a swap for which no service stood still was interrupted before its rename: what is live has gone its own way by
 * now, in which the rename may be neither single nor wanted any more.
 */
async function isBypassed(platform: Platform, journal: RestoreJournal): Promise<boolean> {
  if (journal.phase !== 'swapping' || !journal.isSingleRename) return false;
  const files = await followContainers(platform, journal);
  const untouched = await Promise.all(
    files.map(({ root, staged, kept, inodes }) =>
      isStillStaged({ root: Buffer.from(root), staged: Buffer.from(staged), kept: Buffer.from(kept), inodes }),
    ),
  );
  return untouched.includes(true);
}

/** Tables change in one transaction, which may have happened though nobody was there any more to hear of it. */
async function finishTables(platform: Platform, journal: RestoreJournal): Promise<boolean> {
  const { tables = [] } = journal;
  await awaitSilence(platform, tables);
  if (!(await areTablesReplaced(platform, tables))) return false;
  await closeTables(platform, journal);
  platform.logger.warning(
    `The ${describeJournal(journal)}, begun ${journal.started}, was interrupted when its tables had just been replaced: it is complete now.`,
  );
  return true;
}

/** The killed run's own programs may just have begun to connect: they are looked for twice. */
async function endLeftovers(platform: Platform, { databases, tables = [] }: RestoreJournal): Promise<void> {
  const sources = [...new Set([...databases, ...tables].map(({ source }) => source))];
  const servers = await Promise.all(sources.map((source) => serverOf(platform, source)));
  if (servers.length === 0) return;
  for (let look = 0; look < 2; look++) {
    if (look > 0) await sleep(LEFTOVERS_CONNECT_WITHIN_MS);
    await Promise.all(servers.map(endLeftSessions));
  }
}

/**
 * Lists of names that a run left which was killed before its journal began, or right after it ended; and what was not yet
 * a journal, or a record, when it was killed.
 */
async function removeLeftovers(stateDirectory: string): Promise<void> {
  const folder = dirname(workDirectoryOf(stateDirectory, '0'));
  const names = await readdir(folder).catch(() => []);
  for (const id of names.filter(isRestoreId)) {
    await rm(workDirectoryOf(stateDirectory, id), { recursive: true, force: true });
  }
  await removeUnfinished(stateDirectory, (name) => name === JOURNAL_NAME);
  await removeUnfinished(keptRecordsIn(stateDirectory), () => true);
}
