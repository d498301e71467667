import { keptNameOf, stagedNameOf } from '../sources/postgres/own-names.ts';
import type { ReplacedTable } from '../sources/postgres/replace-script.ts';
import { groupBy } from '../system/group-by.ts';
import type { BackupResult } from './backup.ts';
import { serverOf } from './connect-server.ts';
import type { OpenArchive } from './open-archive.ts';
import type { Platform } from './platform.ts';
import { backUpFirst } from './restore/back-up-first.ts';
import { beginJournal, writeJournal, type RestoreJournal } from './restore/journal.ts';
import { makeRestoreId } from './restore/own-paths.ts';
import { planTables, refuseImpossibleTables, type TablesPlan } from './restore/plan-tables.ts';
import { orDiscard } from './restore/or-discard.ts';
import { putBeside, type MadeTable } from './restore/put-beside.ts';
import { replaceLive } from './restore/replace-live.ts';
import { createRoles } from './restore/stage-databases.ts';
import { chooseTables, parseTables, type AskedTable } from './restore/table-choice.ts';
import { withMeasuredArchive } from './with-archive.ts';
import { withLock } from './with-lock.ts';
import { warnOfUnfinished } from './restore/unfinished.ts';

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
  /** For how long writers of the live tables waited; absent where none had to. */
  lockedMs?: number;
  safety?: BackupResult;
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
      const plan = await planTables(platform, archive, manifest, chosen, options.isInPlace === true);
      plan.warnings.unshift(...(await warnOfUnfinished(platform)));
      return unchanged(plan);
    });
  }
  return await withLock(platform, (runDirectory) =>
    carryOut((archive) => restoreFrom(platform, archive, asked, options, runDirectory)),
  );
}

function unchanged(plan: TablesPlan): Outcome {
  return { plan, done: false, made: [], replaced: [], createdRoles: [], notes: [] };
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
  const isInPlace = options.isInPlace === true;
  const manifest = await archive.manifest();
  const chosen = chooseTables(manifest, asked);
  let plan = await planTables(platform, archive, manifest, chosen, isInPlace);
  if (!(await options.confirm(plan))) return unchanged(plan);
  refuseImpossibleTables(plan);
  const safety = isInPlace && !options.skipsSafetyBackup ? await backUpFirst(platform, runDirectory) : undefined;
  if (safety) {
    // Meanwhile somebody may have changed the tables.
    plan = await planTables(platform, archive, manifest, chosen, isInPlace);
    refuseImpossibleTables(plan);
  }
  const id = makeRestoreId(now());
  const dumps = [...groupBy(chosen, ({ key }) => key).values()]
    .map(([first]) => first)
    .filter((first) => first !== undefined);
  const journal: RestoreJournal = {
    ...beginJournal(platform, { id, archive: archive.name }),
    // Of these, only the staged ones are ever made, and go again.
    databases: dumps.map(({ record }) => ({
      source: record.source,
      live: record.database,
      staged: stagedNameOf(record.database, id),
      kept: keptNameOf(record.database, id),
    })),
    files: [],
    tables: isInPlace
      ? plan.tables.map(({ source, database, schema, table }) => ({
          source,
          database,
          schema,
          table,
          kept: keptNameOf(table, `${id} ${schema}`),
        }))
      : [],
    makes: isInPlace
      ? []
      : plan.tables.map(({ source, database, schema, name }) => ({ source, database, table: { schema, name } })),
  };
  logger.phase('Stage and prove');
  await options.note?.(id);
  await writeJournal(config.state, journal);
  const { roles, staging } = await orDiscard(platform, journal, async () => ({
    roles: await createRoles(platform, archive, manifest, dumps),
    staging: await Promise.all(
      dumps.map(async ({ key, record }) => {
        const server = await serverOf(platform, record.source);
        const planned = plan.tables.filter((table) => table.key === key);
        return { platform, archive, plan, journal, server, key, record, planned };
      }),
    ),
  }));
  const [first] = staging;
  if (!isInPlace || !first) {
    const made = await putBeside(staging);
    return { plan, done: true, made, replaced: [], createdRoles: roles.created, notes: roles.notes };
  }
  const { tables: replaced, lockedMs, notes } = await replaceLive(first);
  return {
    plan,
    done: true,
    made: [],
    replaced,
    ...(lockedMs === undefined ? {} : { lockedMs }),
    ...(safety ? { safety } : {}),
    id,
    createdRoles: roles.created,
    notes: [...roles.notes, ...notes],
  };
}
