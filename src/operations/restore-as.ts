import type { DatabaseRecord, Manifest } from '../archive/manifest.ts';
import { Failure } from '../logging/failure.ts';
import { findDatabaseNameFault, hasDatabase, openAs } from '../sources/postgres/open-as.ts';
import { keptNameOf, stagedNameOf } from '../sources/postgres/own-names.ts';
import { finishStaged } from '../sources/postgres/restore-database.ts';
import { serverOf } from './connect-server.ts';
import type { OpenArchive } from './open-archive.ts';
import type { Platform } from './platform.ts';
import { choose } from './restore/choose.ts';
import { beginJournal, writeJournal, type RestoreJournal } from './restore/journal.ts';
import { describeArchive, lookAtDump, warnOfDamage, type PlannedArchive } from './restore/look-at-dump.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { discardStaged, orDiscard } from './restore/or-discard.ts';
import { checkPartRoom } from './restore/room.ts';
import { createRoles, stageDatabase } from './restore/stage-databases.ts';
import { stageTables } from './restore/stage-tables.ts';
import { chooseTables, parseTables, type AskedTable, type ChosenTable } from './restore/table-choice.ts';
import { withMeasuredArchive } from './with-archive.ts';
import { withLock } from './with-lock.ts';
import { warnOfUnfinished } from './restore/unfinished.ts';

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

/** What would be restored under another name, before anything is. */
export interface AsPlan extends PlannedArchive {
  /** The dump in the archive, the configured source whose server it goes to, and the database that was backed up. */
  key: string;
  source: string;
  database: string;
  /** The new database. */
  as: string;
  /** Of the whole dump. */
  archivedBytes: number;
  /** The tables that have their rows, with how many; all of the dump's. */
  tables: { table: string; rows: number }[];
  /** Only tables that were asked for have rows. */
  isPart: boolean;
  /** Discovery finds it: the next backup holds it as well. */
  isBackedUp: boolean;
  refusals: string[];
  warnings: string[];
}

export interface RestoreAsResult {
  plan: AsPlan;
  /** False after a dry run, or where the plan was declined. */
  done: boolean;
  createdRoles: string[];
  notes: string[];
  fetchedBytes: number;
  durationMs: number;
}

type Outcome = Omit<RestoreAsResult, 'fetchedBytes' | 'durationMs'>;

interface Target {
  key: string;
  record: DatabaseRecord;
  tables: ChosenTable[];
}

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
  return { plan, done: false, createdRoles: [], notes: [] };
}

/** @throws Failure `usage` where it is not one dump. */
function chooseTarget(manifest: Manifest, { select }: RestoreAsOptions, asked: readonly AskedTable[]): Target {
  const tables = chooseTables(manifest, asked);
  const [first] = tables;
  const dumps = first
    ? [...new Map(tables.map(({ key, record }) => [key, record]))]
    : choose(manifest, { select }).databases;
  const [dump] = dumps;
  if (dump && dumps.length === 1) return { key: dump[0], record: dump[1], tables };
  const names = Object.keys(manifest.databases).join(', ');
  throw new Failure(
    'usage',
    `one new database takes one dump of ${manifest.name}, not ${dumps.length}`,
    `Name it with --select (in a workflow the input select): ${names || 'it holds none'}.`,
  );
}

async function planAs(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  { key, record, tables }: Target,
  as: string,
): Promise<AsPlan> {
  const { config } = platform;
  const source = config.databases.find(({ name }) => name === record.source);
  const all = Object.entries(record.fingerprints.tables).map(([table, { rows }]) => ({ table, rows }));
  const plan: AsPlan = {
    ...describeArchive(platform, archive, manifest),
    key,
    source: record.source,
    database: record.database,
    as,
    archivedBytes: record.sizeBytes,
    tables: tables.length > 0 ? tables.map(({ schema, table, rows }) => ({ table: `${schema}.${table}`, rows })) : all,
    isPart: tables.length > 0,
    isBackedUp: false,
    refusals: [],
    warnings: warnOfDamage(archive, config.timezone),
  };
  const looked = await lookAtDump(platform, archive, manifest.globals, { key, record, live: stagedNameOf(as, 'plan') });
  if ('refusal' in looked) {
    plan.refusals.push(looked.refusal);
    return plan;
  }
  const { server, found } = looked;
  const room = await checkPartRoom(platform, { key, record }, tables, true);
  const { damage = [], warnings = [] } = archive.appraisal?.judge({ databases: [key], files: [], loads: true }) ?? {};
  plan.refusals.push(...damage, ...found.refusals, ...room.refusals);
  plan.warnings.push(...warnings, ...found.warnings, ...room.warnings);
  if (await hasDatabase(server, as))
    plan.refusals.push(`there is a database "${as}" on ${server.label} already: choose another name`);
  // Another source may discover all databases of the same server.
  for (const other of config.databases.filter(({ database }) => database === 'all')) {
    if (other === source || (await serverOf(platform, other.name)).label === server.label) plan.isBackedUp = true;
  }
  return plan;
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
  const { key, record, tables } = target;
  const plan = await planAs(platform, archive, manifest, target, options.as);
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
    makes: [{ source: record.source, database: options.as }],
  };
  logger.phase('Stage and prove');
  await writeJournal(config.state, journal);
  const roles = await orDiscard(platform, journal, async () => {
    const server = await serverOf(platform, record.source);
    const created = await createRoles(platform, archive, manifest, [{ record }]);
    if (tables.length === 0) await stageDatabase(platform, archive, { key, record }, { staged }, platform.signal);
    else {
      await stageTables({ platform, archive, server, key, record, tables, staged, hasTail: true });
      await finishStaged({ server, record, staged });
    }
    platform.signal?.throwIfAborted();
    await openAs(server, staged, options.as);
    return created;
  });
  await discardStaged(platform, journal);
  return { plan, done: true, createdRoles: roles.created, notes: roles.notes };
}
