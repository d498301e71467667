import type { DatabaseRecord } from '../../archive/manifest.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import type { RestoreJournal } from './journal.ts';
import type { PlannedTable, TablesPlan } from './plan-tables.ts';
import { stageTables, type StagedTables } from './stage-tables.ts';
import type { StepClock } from './step-clock.ts';

/** Tables of one dump, about to be staged and put where they belong. */
export interface TablesOfDump {
  platform: Platform;
  archive: OpenArchive;
  plan: TablesPlan;
  journal: RestoreJournal;
  clock: StepClock;
  server: PostgresServer;
  key: string;
  record: DatabaseRecord;
  planned: readonly PlannedTable[];
}

/** Stages and proves them, under the name that the journal has for it. @throws Failure */
export async function stageOf(dump: TablesOfDump, hasTail: boolean): Promise<StagedTables> {
  const { clock, journal, record, planned } = dump;
  const found = journal.databases.find(({ source, live }) => source === record.source && live === record.database);
  if (found?.staged === undefined) throw new RangeError(`the journal has no name for ${record.dump}`);
  const { staged } = found;
  return await clock.time('databases', () => stageTables({ ...dump, tables: planned, staged, hasTail }));
}
