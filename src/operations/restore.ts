import { Failure } from '../logging/failure.ts';
import { keptNameOf, stagedNameOf } from '../sources/postgres/own-names.ts';
import type { OpenArchive } from './open-archive.ts';
import type { BackupResult } from './backup.ts';
import type { Platform } from './platform.ts';
import type { CarriedThrough } from './restore/carry-through.ts';
import { awaitServices } from './restore/await-services.ts';
import { backUpFirst } from './restore/back-up-first.ts';
import { chooseParts, type Choice } from './restore/choose.ts';
import { measure, type StepDuration } from './restore/estimate.ts';
import { planOnly } from './restore/plan-only.ts';
import { beginJournal, type RestoreJournal } from './restore/journal.ts';
import { orDiscard } from './restore/or-discard.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { putInPlace, type ServicesReport } from './restore/put-in-place.ts';
import { noteMeasures } from './restore/rates-file.ts';
import type { RestoreStep } from './restore/rates.ts';
import { planAllFiles, planRestore } from './restore/plan-restore.ts';
import type { RestorePlan } from './restore/restore-plan.ts';
import { isSingleRename } from './restore/single-rename.ts';
import { stageAll, stageRest, type StagingRun } from './restore/stage-all.ts';
import { placeFilesSwap } from './restore/stage-files.ts';
import { StepClock } from './restore/step-clock.ts';
import { withWorkDirectory } from './restore/work-directory.ts';
import { withMeasuredArchive } from './with-archive.ts';
import { withLock } from './with-lock.ts';

export interface RestoreOptions extends Choice {
  /** Name, date or `latest`. */
  archive: string;
  /** Stop after the plan; takes no lock. */
  dryRun?: boolean;
  /** Shown the plan; only `true` goes on. */
  confirm: (plan: RestorePlan) => Promise<boolean>;
  /** Typed by an operator who lets an outdated psql read an archive that was not made here. */
  allowOldClient?: boolean;
  /** Told the restore's id before anything of it is on disk. */
  note?: (id: string) => Promise<void>;
  /** Typed by an operator who accepts that what stands there now is not backed up first. */
  skipsSafetyBackup?: boolean;
  /** Services that are started again are not waited for: what they need is not there yet. */
  skipsHealth?: boolean;
}

export interface RestoreResult {
  plan: RestorePlan;
  /** False after a dry run, or where the plan was declined. */
  done: boolean;
  safety?: BackupResult;
  /** Names what is kept, for `forget`. */
  id?: string;
  carried?: CarriedThrough;
  /** What became of the services that use it. */
  services?: ServicesReport;
  createdRoles: string[];
  /** Dumps that were not compared in all, by name: notes say in what. Absent where all were. */
  uncompared?: string[];
  notes: string[];
  /** How long each step took, beside what the plan had said; empty where nothing was done. */
  steps: StepDuration[];
  fetchedBytes: number;
  durationMs: number;
}

/** What a restore came to, before it is measured. */
type RestoreOutcome = Omit<RestoreResult, 'fetchedBytes' | 'durationMs'>;

/**
 * Restores databases and files into the live sources: planned, confirmed, preceded by a safety backup, staged and proven
 * beside what is live, then put in place under a journal. Until the journal says otherwise, a failure changes nothing.
 */
export async function restore(platform: Platform, options: RestoreOptions): Promise<RestoreResult> {
  const begun = Date.now();
  const carryOut = (work: (archive: OpenArchive) => Promise<RestoreOutcome>): Promise<RestoreResult> =>
    withMeasuredArchive(platform, options, begun, work);
  if (options.dryRun)
    return await carryOut(async (archive) =>
      unchanged(await planOnly(platform, archive, options, listLeftOut(options))),
    );
  return await withLock(platform, (runDirectory) =>
    carryOut((archive) => restoreFrom(platform, archive, options, runDirectory)),
  );
}

function unchanged(plan: RestorePlan): RestoreOutcome {
  return { plan, done: false, createdRoles: [], notes: [], steps: [] };
}

/** Steps that the operator does without. */
function listLeftOut({ skipsSafetyBackup, skipsHealth }: RestoreOptions): RestoreStep[] {
  return [...(skipsSafetyBackup ? ['safety' as const] : []), ...(skipsHealth ? ['health' as const] : [])];
}

async function restoreFrom(
  platform: Platform,
  archive: OpenArchive,
  options: RestoreOptions,
  runDirectory: string,
): Promise<RestoreOutcome> {
  const { config, logger, now } = platform;
  logger.phase('Plan');
  const clock = new StepClock();
  const manifest = await archive.manifest();
  const id = makeRestoreId(now());
  return await withWorkDirectory(config.state, id, async (work) => {
    const chosen = await clock.time('plan', () => chooseParts(archive, manifest, options));
    const shown = await clock.time('plan', () =>
      planRestore(platform, archive, manifest, chosen, {
        workDirectory: work.directory,
        leftOut: listLeftOut(options),
      }),
    );
    if (!(await options.confirm(shown))) return unchanged(shown);
    refuseImpossible(shown);

    const safety = options.skipsSafetyBackup
      ? undefined
      : await clock.time('safety', () => backUpFirst(platform, runDirectory));
    // Meanwhile time has passed: what was added or changed since the plan was shown is in the safety backup, and goes too.
    const files = await clock.time('plan', () =>
      planAllFiles(platform, archive, manifest, chosen.files, work.directory),
    );
    const plan = withFiles(shown, files);
    refuseImpossible(plan);
    const journal = await placeAll(platform, id, plan);
    await options.note?.(id);
    await work.begin(journal);
    const run = { platform, archive, manifest, chosen: chosen.files, plan, journal };
    const replaced = await replaceLive(run, { clock, skipsHealth: options.skipsHealth === true });
    return { plan, done: true, ...(safety ? { safety } : {}), id, ...replaced, steps: clock.compare(plan.estimate) };
  });
}

/** The plan, with what its files come to by now. */
function withFiles(plan: RestorePlan, { files, refusals }: Pick<RestorePlan, 'files' | 'refusals'>): RestorePlan {
  return {
    ...plan,
    files,
    isSingleRename: isSingleRename({ databases: plan.databases, files }),
    refusals: [...plan.refusals, ...refusals],
  };
}

/** The journal of a restore that is about to stage what was planned: what comes in where, and where what was there goes. */
async function placeAll(platform: Platform, id: string, plan: RestorePlan): Promise<RestoreJournal> {
  return {
    ...beginJournal(platform, { id, archive: plan.archive }),
    databases: plan.databases.map(({ record: { source, database } }) => ({
      source,
      live: database,
      staged: stagedNameOf(database, id),
      kept: keptNameOf(database, id),
    })),
    files: await Promise.all(plan.files.map((planned) => placeFilesSwap(planned, id, platform.config.state))),
    users: plan.users,
  };
}

/** Stages and proves what the journal names, puts it in place, and waits for the services that were halted for it. */
async function replaceLive(
  run: StagingRun,
  { clock, skipsHealth }: { clock: StepClock; skipsHealth: boolean },
): Promise<Pick<RestoreOutcome, 'carried' | 'services' | 'createdRoles' | 'uncompared' | 'notes'>> {
  const { platform, manifest, plan, journal } = run;
  const { logger } = platform;
  logger.phase('Stage and prove');
  const staged = await orDiscard(platform, journal, () => stageAll(run));
  if (plan.databases.length > 0) clock.note('databases', staged.databasesMs);
  if (plan.files.length > 0) clock.note('files', staged.filesMs);
  logger.phase('Swap');
  const { carried, notes, services } = await clock.time('swap', () =>
    putInPlace({
      platform,
      journal: { ...journal, databases: staged.databases, files: staged.files },
      users: plan.users,
      isSingleRename: plan.isSingleRename,
      stageRest: (followed) => stageRest({ ...run, journal: followed }),
    }),
  );
  const healthy = skipsHealth ? services : await awaitServices(platform, services);
  if (healthy.started.length > 0 && healthy.healthMs !== undefined) clock.note('health', healthy.healthMs);
  // Where somebody waited in vain, nothing was measured.
  const measured = clock.compare(plan.estimate).filter(({ step }) => step !== 'health' || healthy.faults.length === 0);
  await noteMeasures(platform, measure(measured, manifest, plan));
  return {
    carried,
    services: healthy,
    createdRoles: staged.createdRoles,
    ...(staged.uncompared.length > 0 ? { uncompared: staged.uncompared } : {}),
    notes: [...staged.notes, ...notes],
  };
}

function refuseImpossible({ archive, refusals, isDamaged }: RestorePlan): void {
  if (refusals.length === 0) return;
  throw new Failure(
    isDamaged ? 'damaged' : 'refused',
    `${archive} cannot be restored: ${refusals.join('; ')}`,
    'Nothing was changed. Mend what is named, or leave those parts out with --select (in a workflow the input select).',
  );
}
