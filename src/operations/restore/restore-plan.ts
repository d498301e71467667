import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import type { DatabasePlan } from '../../sources/postgres/restore-plan.ts';
import type { OpenArchive } from '../open-archive.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import type { Users } from '../services/find-users.ts';
import { planHalt } from '../services/plan-halt.ts';
import { describeTorn } from './chosen-lines.ts';
import type { Chosen, ChosenFiles } from './choose.ts';
import { compareStack } from './compare-stack.ts';
import { estimateRestore, type RestoreEstimate } from './estimate.ts';
import { planFiles, type FilesPlan } from './files-plan.ts';
import { describeArchive, warnOfDamage, type PlannedArchive } from './look-at-dump.ts';
import { removalsPathIn } from './own-paths.ts';
import { planAllDatabases } from './plan-databases.ts';
import type { RestoreStep } from './rates.ts';
import { checkRoom, checkStateRoom } from './room.ts';
import { isSingleRename } from './single-rename.ts';
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

export interface PlanOptions {
  /** For lists of names. */
  workDirectory: string;
  /** Steps that will not be made. */
  leftOut?: readonly RestoreStep[];
}

/** A source must keep this much free besides what is staged. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/**
 * Compares what the archive holds with what stands there now, and tells how long its restore will take without the steps
 * that are left out. Reads only; lists of names go to `workDirectory`.
 */
export async function planRestore(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  chosen: Chosen,
  { workDirectory, leftOut = [] }: PlanOptions,
): Promise<RestorePlan> {
  const { config } = platform;
  const differences = compareStack(platform, manifest);
  const { appraisal } = archive;
  const parts = { databases: chosen.databases.map(([key]) => key), files: chosen.files.map(({ source }) => source) };
  const { damage = [], warnings = [] } = appraisal?.judge(parts) ?? {};
  const databases = await planAllDatabases(platform, archive, manifest.globals, chosen.databases);
  const files = await planAllFiles(platform, archive, manifest, chosen.files, workDirectory);
  const halts = await planHalt(platform, {
    databases: config.databases.filter(({ name }) => databases.databases.some(({ record }) => record.source === name)),
    files: config.files.filter(({ name }) => files.files.some(({ source }) => source === name)),
  });
  const room = await checkRoom(platform, databases.databases, files.files);
  const isSingle = isSingleRename({ databases: chosen.databases, files: files.files });
  const services = isSingle ? { stop: [], hold: [] } : halts.services;
  const plan = { databases: room.databases, files: files.files, services };
  return {
    ...describeArchive(platform, archive, manifest),
    ...plan,
    haltOrder: isSingle ? [] : halts.order,
    users: halts.users,
    isSingleRename: isSingle,
    estimate: await estimateRestore(config.state, manifest, plan, leftOut),
    refusals: [...damage, ...databases.refusals, ...files.refusals, ...room.refusals, ...halts.refusals],
    ...(damage.length > 0 ? { isDamaged: true } : {}),
    warnings: [
      ...warnOfDamage(archive, config.timezone),
      ...warnings,
      ...databases.warnings,
      ...files.files.flatMap(({ source, torn }) => describeTorn(source, torn)),
      ...(await differences),
      ...room.warnings,
      ...(await checkStateRoom(config.state, appraisal?.copyBytes)),
      ...halts.warnings,
    ],
  };
}

/** Compares the chosen file sources with what stands there now. */
export async function planAllFiles(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  chosen: readonly ChosenFiles[],
  workDirectory: string,
): Promise<Pick<RestorePlan, 'files' | 'refusals'>> {
  const plan: Pick<RestorePlan, 'files' | 'refusals'> = { files: [], refusals: [] };
  for (const part of chosen) {
    const name = part.source;
    const source = platform.config.files.find((candidate) => candidate.name === name);
    const record = manifest.files[name];
    if (!source || !record) {
      plan.refusals.push(`files "${name}" is in the archive, but not in ${platform.config.file}`);
      continue;
    }
    const located = await locateFiles(platform, source);
    const files = await planFiles(archive, located, record, part, removalsPathIn(workDirectory, name));
    await located.confirm?.();
    plan.files.push(files);
    if (files.elsewhere.count > 0) {
      plan.refusals.push(
        `${files.elsewhere.count} entries to be replaced lie on another file system, mounted below ${files.path}: ` +
          `${JSON.stringify(files.elsewhere.first)}; make it a source of its own, or unpack it elsewhere: --to, in a workflow the input to`,
      );
    }
    if (files.freeBytes !== undefined && files.freeBytes < files.stageBytes + RESERVE_BYTES) {
      plan.refusals.push(
        `${files.path} has ${files.freeBytes} bytes free, and ${files.stageBytes} are to be staged there before anything is replaced`,
      );
    }
  }
  return plan;
}
