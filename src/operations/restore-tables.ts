import type { ReplacedTable } from '../sources/postgres/replace-script.ts';
import { groupBy } from '../system/group-by.ts';
import type { BackupResult } from './backup.ts';
import { serverOf } from './connect-server.ts';
import type { OpenArchive } from './open-archive.ts';
import type { Platform } from './platform.ts';
import { backUpFirst } from './restore/back-up-first.ts';
import { beginTables } from './restore/begin-tables.ts';
import { measurePart } from './restore/estimate-part.ts';
import type { StepDuration } from './restore/estimate.ts';
import { writeJournal } from './restore/journal.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { workOfTables } from './restore/part-work.ts';
import { planTables, refuseImpossibleTables, type TablesPlan } from './restore/plan-tables.ts';
import { orDiscard } from './restore/or-discard.ts';
import { putBeside, type MadeTable } from './restore/put-beside.ts';
import { noteMeasures } from './restore/rates-file.ts';
import { replaceLive } from './restore/replace-live.ts';
import { createRoles } from './restore/stage-databases.ts';
import { StepClock } from './restore/step-clock.ts';
import { chooseTables, parseTables, type AskedTable, type ChosenTable } from './restore/table-choice.ts';
import { warnOfUnfinished } from './restore/unfinished.ts';
import { withMeasuredArchive } from './with-archive.ts';
import { withLock } from './with-lock.ts';

export interface RestoreTablesOptions {
  /** Name, date or `latest`. */
  archive: string;
  /** `SOURCE.SCHEMA.TABLE`, one each. */
  tables: readonly string[];
  /** Replace the rows of the live tables; without, new tables beside them get the rows. */
  isInPlace?: boolean;
  /** Typed by an operator who lets an outdated psql read an archive of the former script. */
  allowOldClient?: boolean;
  /** Stop after the plan; takes no lock. */
  dryRun?: boolean;
  /** Shown the plan; only `true` goes on. */
  confirm: (plan: TablesPlan) => Promise<boolean>;
  /** Told the restore's id before anything of it is on disk. */
  note?: (id: string) => Promise<void>;
  /** Typed by an operator who accepts that what is replaced is not backed up first. */
  skipsSafetyBackup?: boolean;
}

export interface RestoreTablesResult {
  plan: TablesPlan;
  /** False after a dry run, or where the plan was declined. */
  done: boolean;
  /** New tables beside the live ones, with what people may do with them. */
  made: MadeTable[];
  /** Live tables that have other rows now. */
  replaced: ReplacedTable[];
  /** For how long, at most, writers of the live tables waited; absent where none had to. */
  lockedMs?: number;
  safety?: BackupResult;
  /** How long each step took, beside what the plan had said; empty where nothing was done. */
  steps: StepDuration[];
  /** Names what is kept, for `undo` and `forget`. */
  id?: string;
  createdRoles: string[];
  notes: string[];
  fetchedBytes: number;
  durationMs: number;
}

/** What a restore of tables came to, before it is measured. */
type Outcome = Omit<RestoreTablesResult, 'fetchedBytes' | 'durationMs'>;

/**
 * Restores single tables: into new ones beside the live ones, which nobody touches, or in their place. Planned, confirmed,
 * staged and proven in a database of its own, then put in place in one transaction. No service stops and no connection
 * ends; who writes to a table that is replaced waits.
 */
export async function restoreTables(platform: Platform, options: RestoreTablesOptions): Promise<RestoreTablesResult> {
  const begun = Date.now();
  const asked = parseTables(options.tables);
  const carryOut = (work: (archive: OpenArchive) => Promise<Outcome>): Promise<RestoreTablesResult> =>
    withMeasuredArchive(platform, options, begun, work);
  if (options.dryRun) {
    return await carryOut(async (archive) => {
      const manifest = await archive.manifest();
      const chosen = chooseTables(manifest, asked);
      const plan = await planTables(platform, archive, manifest, chosen, scopeOf(chosen, options));
      plan.warnings.unshift(...(await warnOfUnfinished(platform)));
      return unchanged(plan);
    });
  }
  return await withLock(platform, (runDirectory) =>
    carryOut((archive) => restoreFrom(platform, archive, asked, options, runDirectory)),
  );
}

function unchanged(plan: TablesPlan): Outcome {
  return { plan, done: false, made: [], replaced: [], steps: [], createdRoles: [], notes: [] };
}

/** What is to be done with the tables, and how much that is. Rows that replace others are written three times. */
function scopeOf(chosen: readonly ChosenTable[], { isInPlace = false, skipsSafetyBackup }: RestoreTablesOptions) {
  const work = { hasSafety: isInPlace && !skipsSafetyBackup, stagedBytes: 0, putBytes: 0, isReadThrough: false };
  for (const tables of groupBy(chosen, ({ key }) => key).values()) {
    const [first] = tables;
    if (!first) continue;
    const { stagedBytes, rowBytes, isReadThrough } = workOfTables(first.record, tables);
    work.stagedBytes += stagedBytes;
    work.putBytes += rowBytes * (isInPlace ? 3 : 1);
    work.isReadThrough ||= isReadThrough;
  }
  return { isInPlace, work };
}

async function restoreFrom(
  platform: Platform,
  archive: OpenArchive,
  asked: readonly AskedTable[],
  options: RestoreTablesOptions,
  runDirectory: string,
): Promise<Outcome> {
  const { config, logger, now } = platform;
  logger.phase('Plan');
  const clock = new StepClock();
  const manifest = await archive.manifest();
  const chosen = chooseTables(manifest, asked);
  const scope = scopeOf(chosen, options);
  const { isInPlace, work } = scope;
  const look = (): Promise<TablesPlan> =>
    clock.time('plan', () => planTables(platform, archive, manifest, chosen, scope));
  let plan = await look();
  if (!(await options.confirm(plan))) return unchanged(plan);
  refuseImpossibleTables(plan);
  const safety = work.hasSafety ? await clock.time('safety', () => backUpFirst(platform, runDirectory)) : undefined;
  if (safety) {
    // Meanwhile somebody may have changed the tables.
    plan = await look();
    refuseImpossibleTables(plan);
  }
  const id = makeRestoreId(now());
  const dumps = [...groupBy(chosen, ({ key }) => key).values()]
    .map(([first]) => first)
    .filter((first) => first !== undefined);
  const journal = beginTables(platform, plan, dumps, id);
  logger.phase('Stage and prove');
  await options.note?.(id);
  await writeJournal(config.state, journal);
  const { roles, staging } = await orDiscard(platform, journal, async () => ({
    roles: await createRoles(platform, archive, manifest, dumps),
    staging: await Promise.all(
      dumps.map(async ({ key, record }) => {
        const server = await serverOf(platform, record.source);
        const planned = plan.tables.filter((table) => table.key === key);
        return { platform, archive, plan, journal, clock, server, key, record, planned };
      }),
    ),
  }));
  const noteSteps = async (): Promise<StepDuration[]> => {
    const steps = clock.compare(plan.estimate);
    await noteMeasures(platform, measurePart(steps, manifest, work));
    return steps;
  };
  const [first] = staging;
  if (!isInPlace || !first) {
    const { made, notes } = await putBeside(staging);
    return {
      plan,
      done: true,
      made,
      replaced: [],
      steps: await noteSteps(),
      createdRoles: roles.created,
      notes: [...roles.notes, ...notes],
    };
  }
  const { tables: replaced, lockedMs, notes } = await replaceLive(first);
  return {
    plan,
    done: true,
    made: [],
    replaced,
    ...(lockedMs === undefined ? {} : { lockedMs }),
    ...(safety ? { safety } : {}),
    steps: await noteSteps(),
    id,
    createdRoles: roles.created,
    notes: [...roles.notes, ...notes],
  };
}
