import { Failure } from '../logging/failure.ts';
import type { Platform } from './platform.ts';
import { awaitServices } from './restore/await-services.ts';
import type { CarriedThrough } from './restore/carry-through.ts';
import { describeJournal } from './restore/interrupted-text.ts';
import { beginJournal, readJournal, type RestoreJournal } from './restore/journal.ts';
import { listKept, type KeptRecord } from './restore/kept.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { putInPlace, type ServicesReport } from './restore/put-in-place.ts';
import { putTablesBack } from './restore/put-tables-back.ts';
import { orDiscard } from './restore/or-discard.ts';
import { placeDatabaseBack, placeFilesBack, stageUndo } from './restore/stage-undo.ts';
import { planUndo, type UndoPlan } from './restore/undo-plan.ts';
import { warnOfUnfinished } from './restore/unfinished.ts';
import { withWorkDirectory } from './restore/work-directory.ts';
import type { ReplaceResult } from '../sources/postgres/replace-tables.ts';
import { withLock } from './with-lock.ts';

export interface UndoOptions {
  /** Of the restore, or undo, to take back; the newest without. */
  id?: string;
  /** Stop after the plan; takes no lock. */
  dryRun?: boolean;
  /** Shown the plan; only `true` goes on. */
  confirm: (plan: UndoPlan) => Promise<boolean>;
}

export interface UndoResult {
  plan: UndoPlan;
  /** False after a dry run, or where the plan was declined. */
  done: boolean;
  /** Names what is kept now, for `undo` and `forget`. */
  id?: string;
  carried?: CarriedThrough;
  /** What became of the services that use it. */
  services?: ServicesReport;
  /** Where tables went back: what they hold now, and for how long, at most, writers waited. */
  tables?: ReplaceResult;
  durationMs: number;
}

/**
 * Takes a restore back: what it replaced is put in place again, by the same swap and under the same journal, and what it
 * brought is kept in turn. So nothing is deleted, no safety backup is needed, and an undo can be taken back likewise.
 */
export async function undo(platform: Platform, options: UndoOptions): Promise<UndoResult> {
  const begun = Date.now();
  const measured = (outcome: Omit<UndoResult, 'durationMs'>): UndoResult => ({
    ...outcome,
    durationMs: Date.now() - begun,
  });
  const { state } = platform.config;
  const interrupted = await readJournal(state);
  if (options.dryRun) {
    const kept = await listKept(state);
    const plan = await planUndo(platform, chooseKept(kept, options.id), kept);
    plan.warnings.unshift(...(await warnOfUnfinished(platform)));
    return measured({ plan, done: false });
  }
  return await withLock(platform, async () => {
    const kept = await listKept(state);
    refuseReversal(kept, options.id, interrupted);
    const plan = await planUndo(platform, chooseKept(kept, options.id), kept);
    refuseImpossible(plan);
    if (!(await options.confirm(plan))) return measured({ plan, done: false });
    return measured(await (plan.tables.length > 0 ? carryOutTables(platform, plan) : carryOut(platform, plan)));
  });
}

/** @throws Failure `usage` where nothing of that name is kept. */
function chooseKept(kept: readonly KeptRecord[], id: string | undefined): KeptRecord {
  const record = id === undefined ? findNewest(kept) : kept.find((each) => each.id === id);
  if (record) return record;
  const by = kept.find(({ undoes }) => undoes?.id === id);
  if (id !== undefined && by)
    throw new Failure('usage', `${id} was taken back already`, `To have it again: undo ${by.id}.`);
  throw new Failure(
    'usage',
    id === undefined
      ? 'nothing is kept that could be put back'
      : `nothing is kept of a restore ${JSON.stringify(id.slice(0, 80))}`,
    kept.length > 0 ? 'status lists what is kept.' : 'It was forgotten, or no restore was done on this host.',
  );
}

/** One that was reverted has replaced nothing: whoever means what it keeps says its name. */
function findNewest(kept: readonly KeptRecord[]): KeptRecord | undefined {
  return kept.findLast(({ isReverted }) => !isReverted);
}

/**
 * Whoever types `undo` after one that was killed means that one. An undo has just been finished, and the newest that could
 * be taken back is that very undo; or it was reverted, and what it was to take back need not be the newest. Of a restore
 * that was reverted nothing is left, or what others wrote over, and the newest is an older one.
 */
function refuseReversal(
  kept: readonly KeptRecord[],
  id: string | undefined,
  interrupted: RestoreJournal | undefined,
): void {
  const newest = findNewest(kept);
  if (id !== undefined || !interrupted) return;
  const { undoes } = interrupted;
  const run = describeJournal(interrupted);
  const isFinished = newest?.id === interrupted.id;
  if (undoes && isFinished) {
    throw new Failure(
      'refused',
      `the ${run} was interrupted, and is complete now: taking that back as well is to be asked for by its name`,
      `If that is what you want: undo ${newest.id}.`,
    );
  }
  if (isFinished || (undoes && undoes.id === newest?.id)) return;
  const next = [
    ...(undoes ? [`To do it after all: undo ${undoes.id}.`] : []),
    ...(kept.some((each) => each.id === interrupted.id)
      ? [`To have back what was there before others wrote it anew: undo ${interrupted.id}.`]
      : []),
    ...(newest ? [`To take back an earlier one: undo ${newest.id}.`] : []),
  ];
  throw new Failure(
    'refused',
    `the ${run} was interrupted before it replaced anything, and what it had made is removed: there is nothing of it to take back`,
    next.join(' ') || 'Nothing is kept that could be put back.',
  );
}

function refuseImpossible({ id, refusals }: UndoPlan): void {
  if (refusals.length === 0) return;
  throw new Failure('refused', `${id} cannot be undone: ${refusals.join('; ')}`, 'Nothing was changed.');
}

function beginUndo(platform: Platform, { id, since, archive, undoes }: UndoPlan) {
  const undone = { id, since, ...(undoes ? { undoes } : {}) };
  return beginJournal(platform, { id: makeRestoreId(platform.now()), archive, undoes: undone });
}

/** Tables go back in one transaction: no service stands still for it. */
async function carryOutTables(platform: Platform, plan: UndoPlan): Promise<Omit<UndoResult, 'durationMs'>> {
  const begun = beginUndo(platform, plan);
  platform.logger.phase('Swap');
  return { plan, done: true, id: begun.id, tables: await putTablesBack(platform, plan.tables, begun) };
}

async function carryOut(platform: Platform, plan: UndoPlan): Promise<Omit<UndoResult, 'durationMs'>> {
  const { config, logger } = platform;
  const begun = beginUndo(platform, plan);
  const { id } = begun;
  return await withWorkDirectory(config.state, id, async (work) => {
    const journal = {
      ...begun,
      databases: plan.databases.map((database) => placeDatabaseBack(database, id)),
      files: await Promise.all(plan.files.map((folder) => placeFilesBack(folder, id, config.state))),
      users: plan.users,
    };
    await work.begin(journal);
    logger.phase('Swap');
    const files = await orDiscard(platform, journal, () => stageUndo(platform, journal, work.directory));
    const { users, isSingleRename } = plan;
    const staged = { ...journal, files };
    const { carried, services } = await putInPlace({ platform, journal: staged, users, isSingleRename });
    return { plan, done: true, id, carried, services: await awaitServices(platform, services) };
  });
}
