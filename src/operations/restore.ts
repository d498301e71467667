import { mkdir, rm } from 'node:fs/promises';
import { Failure, messageOf } from '../logging/failure.ts';
import { keptNameOf, stagedNameOf } from '../sources/postgres/own-names.ts';
import type { OpenArchive } from './open-archive.ts';
import type { BackupResult } from './backup.ts';
import type { Platform } from './platform.ts';
import type { CarriedThrough } from './restore/carry-through.ts';
import { backUpFirst } from './restore/back-up-first.ts';
import { chooseParts, type Choice } from './restore/choose.ts';
import { measure, type StepDuration } from './restore/estimate.ts';
import { planOnly } from './restore/plan-only.ts';
import { beginJournal, writeJournal, type RestoreJournal } from './restore/journal.ts';
import { orDiscard } from './restore/or-discard.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { putInPlace, type ServicesReport } from './restore/put-in-place.ts';
import { noteMeasures } from './restore/rates-file.ts';
import type { RestoreStep } from './restore/rates.ts';
import { planAllFiles, planRestore } from './restore/plan-restore.ts';
import type { RestorePlan } from './restore/restore-plan.ts';
import { isSingleRename } from './restore/single-rename.ts';
import { stageAll, stageRest } from './restore/stage-all.ts';
import { placeFilesSwap } from './restore/stage-files.ts';
import { StepClock } from './restore/step-clock.ts';
import { workDirectoryOf } from './restore/work-directory.ts';
import { awaitHealthy } from './services/await-healthy.ts';
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
  const workDirectory = workDirectoryOf(config.state, id);
  await mkdir(workDirectory, { recursive: true, mode: 0o700 });
  let isBegun = false;
  try {
    const chosen = await clock.time('plan', () => chooseParts(archive, manifest, options));
    const plan = await clock.time('plan', () =>
      planRestore(platform, archive, manifest, chosen, {
        workDirectory,
        leftOut: listLeftOut(options),
      }),
    );
    if (!(await options.confirm(plan))) return unchanged(plan);
    refuseImpossible(plan);

    const safety = options.skipsSafetyBackup
      ? undefined
      : await clock.time('safety', () => backUpFirst(platform, runDirectory));
    // Meanwhile time has passed: what was added or changed since the plan was shown is in the safety backup, and goes too.
    const files = await clock.time('plan', () =>
      planAllFiles(platform, archive, manifest, chosen.files, workDirectory),
    );
    const current = {
      ...plan,
      ...files,
      isSingleRename: isSingleRename({ databases: plan.databases, files: files.files }),
      refusals: [...plan.refusals, ...files.refusals],
    };
    refuseImpossible(current);
    const journal: RestoreJournal = {
      ...beginJournal(platform, { id, archive: archive.name }),
      databases: plan.databases.map(({ record }) => ({
        source: record.source,
        live: record.database,
        staged: stagedNameOf(record.database, id),
        kept: keptNameOf(record.database, id),
      })),
      files: await Promise.all(current.files.map((planned) => placeFilesSwap(planned, id, config.state))),
      users: plan.users,
    };
    logger.phase('Stage and prove');
    await options.note?.(id);
    isBegun = true;
    await writeJournal(config.state, journal);
    const run = { platform, archive, manifest, chosen: chosen.files, plan: current, journal };
    const staged = await orDiscard(platform, journal, () => stageAll(run));
    if (plan.databases.length > 0) clock.note('databases', staged.databasesMs);
    if (plan.files.length > 0) clock.note('files', staged.filesMs);
    logger.phase('Swap');
    const swaps = { databases: staged.databases, files: staged.files };
    const { carried, notes, services } = await clock.time('swap', () =>
      putInPlace({
        platform,
        journal: { ...journal, ...swaps },
        users: current.users,
        isSingleRename: current.isSingleRename,
        stageRest: (followed) => stageRest({ ...run, journal: followed }, workDirectory),
      }),
    );
    const health = options.skipsHealth ? undefined : await awaitHealthy(platform, services.started);
    if (health && services.started.length > 0) clock.note('health', health.waitedMs);
    const steps = clock.compare(plan.estimate);
    // Where somebody waited in vain, nothing was measured.
    const measured = health?.faults.length ? steps.filter(({ step }) => step !== 'health') : steps;
    await noteMeasures(config.state, measure(measured, manifest, current)).catch((error: unknown) => {
      logger.warning(`what the restore took was not noted down for later estimates: ${messageOf(error)}`);
    });
    return {
      plan: current,
      done: true,
      ...(safety ? { safety } : {}),
      id,
      carried,
      services: {
        ...services,
        faults: [...services.faults, ...(health?.faults ?? [])],
        ...(health ? { healthMs: health.waitedMs } : {}),
      },
      createdRoles: staged.createdRoles,
      notes: [...staged.notes, ...notes],
      steps,
    };
  } finally {
    // From the journal's first line on, it goes when the journal goes.
    if (!isBegun) await rm(workDirectory, { recursive: true, force: true });
  }
}

function refuseImpossible({ archive, refusals, isDamaged }: RestorePlan): void {
  if (refusals.length === 0) return;
  throw new Failure(
    isDamaged ? 'damaged' : 'refused',
    `${archive} cannot be restored: ${refusals.join('; ')}`,
    'Nothing was changed. Mend what is named, or leave those parts out with --select (in a workflow the input select).',
  );
}
