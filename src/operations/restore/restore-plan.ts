import type { DatabaseRecord } from '../../archive/manifest.ts';
import type { DatabasePlan } from '../../sources/postgres/restore-plan.ts';
import type { PlannedArchive } from './look-at-dump.ts';
import type { Users } from '../services/find-users.ts';
import type { RestoreEstimate } from './estimate.ts';
import type { FilesPlan } from './files-plan.ts';
import type { RowComparison } from './row-counts.ts';

/** What a restore would do, before it does anything. Sizes in bytes, times RFC 3339. */
export interface RestorePlan extends PlannedArchive {
  databases: PlannedDatabase[];
  files: FilesPlan[];
  /** Services that use it and run now: stopped, or paused and started afresh, while it is put in place. */
  services: Users;
  /** The same services in the order of halting: those of one group together, and started in the opposite order. */
  haltOrder: string[][];
  /** All that use it: what of them runs by then is halted. */
  users: Users;
  estimate: RestoreEstimate;
  /** All of it is put in place by one rename at most: no service has to stand still, unless more has changed by then. */
  isSingleRename: boolean;
  /** Why it cannot be done; with any of these nothing is. */
  refusals: string[];
  /** Some of these say that the archive is damaged, or was made to do harm. */
  isDamaged?: boolean;
  warnings: string[];
}

export interface PlannedDatabase extends DatabasePlan {
  record: DatabaseRecord;
  /** Name of the dump in the archive. */
  key: string;
  /** Where the live database and the dump have other numbers of rows; absent where it could not be looked at. */
  rows?: RowComparison;
  /** Of the disk of the server's data folder, where that can be seen from here. */
  freeBytes?: number;
}
