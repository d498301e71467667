import { Failure } from '../logging/failure.ts';
import { findDatabaseNameFault, openAs } from '../sources/postgres/open-as.ts';
import { keptNameOf, stagedNameOf } from '../sources/postgres/own-names.ts';
import { finishStaged } from '../sources/postgres/restore-database.ts';
import type { PostgresServer } from '../sources/postgres/server.ts';
import { serverOf } from './connect-server.ts';
import type { OpenArchive } from './open-archive.ts';
import type { Platform } from './platform.ts';
import { measurePart } from './restore/estimate-part.ts';
import type { StepDuration } from './restore/estimate.ts';
import { beginJournal, writeJournal, type RestoreJournal } from './restore/journal.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { chooseTarget, planAs, workOf, type AsPlan, type Target } from './restore/plan-as.ts';
import { discardStaged, orDiscard } from './restore/or-discard.ts';
import type { Proof } from './restore/prove-staged.ts';
import { noteMeasures } from './restore/rates-file.ts';
import { createRoles, stageDatabase } from './restore/stage-databases.ts';
import { stageTables } from './restore/stage-tables.ts';
import { StepClock } from './restore/step-clock.ts';
import { parseTables, type AskedTable } from './restore/table-choice.ts';
import { warnOfUnfinished } from './restore/unfinished.ts';
import { withMeasuredArchive } from './with-archive.ts';
import { withLock } from './with-lock.ts';

export interface RestoreAsOptions {
  /** Name, date or `latest`. */
  archive: string;
  /** Names that leave one dump; without, and without tables, the archive must hold no other. */
  select?: readonly string[];
  /** Tables of one dump, which alone have their rows then. */
  tables?: readonly string[];
  /** Name of the new database. */
  as: string;
  /** Typed by an operator who lets an outdated psql read an archive of the former script. */
  allowOldClient?: boolean;
  /** Stop after the plan; takes no lock. */
  dryRun?: boolean;
  /** Shown the plan; only `true` goes on. */
  confirm: (plan: AsPlan) => Promise<boolean>;
}

export interface RestoreAsResult {
  plan: AsPlan;
  /** False after a dry run, or where the plan was declined. */
  done: boolean;
  createdRoles: string[];
  /** The dump, where it was not compared in all: notes say in what. */
  uncompared?: string[];
  notes: string[];
  /** How long each step took, beside what the plan had said; empty where nothing was done. */
  steps: StepDuration[];
  fetchedBytes: number;
  durationMs: number;
}

type Outcome = Omit<RestoreAsResult, 'fetchedBytes' | 'durationMs'>;

/**
 * Restores one dump, or some of its tables, into a new database of another name on its server: proven by the fingerprints
 * before it has that name. Nothing else is touched, so nothing is backed up, stopped or kept for it.
 */
export async function restoreAs(platform: Platform, options: RestoreAsOptions): Promise<RestoreAsResult> {
  const begun = Date.now();
  const fault = findDatabaseNameFault(options.as);
  if (fault !== undefined) {
    const message = `${JSON.stringify(options.as.slice(0, 80))} can be no name of a database: ${fault}`;
    throw new Failure('usage', message, 'Choose another, such as skills_hub_january.');
  }
  const asked = options.tables ? parseTables(options.tables) : [];
  const carryOut = (work: (archive: OpenArchive) => Promise<Outcome>): Promise<RestoreAsResult> =>
    withMeasuredArchive(platform, options, begun, work);
  if (options.dryRun) {
    return await carryOut(async (archive) => {
      const manifest = await archive.manifest();
      const plan = await planAs(platform, archive, manifest, chooseTarget(manifest, options, asked), options.as);
      plan.warnings.unshift(...(await warnOfUnfinished(platform)));
      return unchanged(plan);
    });
  }
  return await withLock(platform, () => carryOut((archive) => restoreFrom(platform, archive, options, asked)));
}

function unchanged(plan: AsPlan): Outcome {
  return { plan, done: false, createdRoles: [], notes: [], steps: [] };
}

async function restoreFrom(
  platform: Platform,
  archive: OpenArchive,
  options: RestoreAsOptions,
  asked: readonly AskedTable[],
): Promise<Outcome> {
  const { config, logger, now } = platform;
  logger.phase('Plan');
  const manifest = await archive.manifest();
  const target = chooseTarget(manifest, options, asked);
  const { key, record } = target;
  const clock = new StepClock();
  const plan = await clock.time('plan', () => planAs(platform, archive, manifest, target, options.as));
  if (!(await options.confirm(plan))) return unchanged(plan);
  if (plan.refusals.length > 0) {
    const message = `${key} of ${archive.name} cannot be restored as ${options.as}: ${plan.refusals.join('; ')}`;
    throw new Failure('refused', message, 'Nothing was changed.');
  }
  const id = makeRestoreId(now());
  const staged = stagedNameOf(options.as, id);
  // Until the end it says `staging`: killed, the staged database goes, or has its name already.
  const journal: RestoreJournal = {
    ...beginJournal(platform, { id, archive: archive.name }),
    databases: [{ source: record.source, live: options.as, staged, kept: keptNameOf(options.as, id) }],
    files: [],
  };
  logger.phase('Stage and prove');
  await writeJournal(config.state, journal);
  const { server, roles, oid, proof } = await orDiscard(platform, journal, async () => {
    const found = await serverOf(platform, record.source);
    const created = await createRoles(platform, archive, manifest, [{ record }]);
    const made = await clock.time('databases', () => stage(platform, archive, target, { server: found, staged }));
    return { server: found, roles: created, ...made };
  });
  const made = { ...journal, makes: [{ source: record.source, database: options.as, oid }] };
  await orDiscard(platform, made, async () => {
    await writeJournal(config.state, made);
    platform.signal?.throwIfAborted();
    await openAs(server, staged, options.as);
  });
  await discardStaged(platform, made);
  const steps = clock.compare(plan.estimate);
  await noteMeasures(platform, measurePart(steps, manifest, workOf(target)));
  return {
    plan,
    done: true,
    createdRoles: roles.created,
    ...(proof.uncompared.length > 0 ? { uncompared: [key] } : {}),
    notes: [...roles.notes, ...proof.notes],
    steps,
  };
}

/** Stages all of the dump, or some of its tables, and proves it; with the staged database's number. */
async function stage(
  platform: Platform,
  archive: OpenArchive,
  { key, record, tables }: Target,
  { server, staged }: { server: PostgresServer; staged: string },
): Promise<{ oid: number; proof: Proof }> {
  if (tables.length === 0) return await stageDatabase(platform, archive, { key, record }, { staged }, platform.signal);
  const { oid, proof } = await stageTables({ platform, archive, server, key, record, tables, staged, hasTail: true });
  await finishStaged({ server, record, staged });
  return { oid, proof };
}
