import type { Manifest } from '../../archive/manifest.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { RESERVE_BYTES } from '../../system/disk-room.ts';
import type { OpenArchive } from '../open-archive.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import { planHalt, spareServices } from '../services/plan-halt.ts';
import type { Chosen, ChosenFiles } from './choose.ts';
import { compareStack } from './compare-stack.ts';
import { estimateRestore } from './estimate.ts';
import { planFiles } from './files-plan.ts';
import { describeArchive, warnOfDamage } from './look-at-dump.ts';
import { removalsPathIn } from './own-paths.ts';
import { planAllDatabases } from './plan-databases.ts';
import type { RestoreStep } from './rates.ts';
import type { RestorePlan } from './restore-plan.ts';
import { checkRoom, checkStateRoom, demandOf } from './room.ts';
import { isSingleRename } from './single-rename.ts';
import { describeTorn } from './torn-links.ts';

export interface PlanOptions {
  /** For lists of names. */
  workDirectory: string;
  /** Steps that will not be made. */
  leftOut?: readonly RestoreStep[];
}

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
  const { damage = [], warnings = [] } = appraisal?.judge({ ...parts, loads: true }) ?? {};
  const databases = await planAllDatabases(platform, archive, manifest.globals, chosen.databases);
  const files = await planAllFiles(platform, archive, manifest, chosen.files, workDirectory);
  const isSingle = isSingleRename({ databases: chosen.databases, files: files.files });
  const ordinary = await planHalt(platform, {
    databases: config.databases.filter(({ name }) => databases.databases.some(({ record }) => record.source === name)),
    files: config.files.filter(({ name }) => files.files.some(({ source }) => source === name)),
  });
  const room = await checkRoom(platform, databases.databases.map(demandOf), files.files);
  const stateRoom = await checkStateRoom(config.state, appraisal?.copyBytes);
  const placed = databases.databases.map((database) => {
    const freeBytes = room.freeBytes.get(database.record.source);
    return freeBytes === undefined ? database : { ...database, freeBytes };
  });
  const halts = isSingle ? spareServices(ordinary) : ordinary;
  const plan = { databases: placed, files: files.files, services: halts.services };
  return {
    ...describeArchive(platform, archive, manifest),
    ...plan,
    haltOrder: halts.order,
    users: halts.users,
    isSingleRename: isSingle,
    estimate: await estimateRestore(config.state, manifest, plan, leftOut),
    refusals: [
      ...damage,
      ...databases.refusals,
      ...files.refusals,
      ...room.refusals,
      ...stateRoom.refusals,
      ...halts.oneOffs,
      ...halts.refusals,
    ],
    ...(damage.length > 0 ? { isDamaged: true } : {}),
    warnings: [
      ...warnOfDamage(archive, config.timezone),
      ...warnings,
      ...databases.warnings,
      ...files.files.flatMap(({ source, torn }) => describeTorn(source, torn)),
      ...(await differences),
      ...room.warnings,
      ...stateRoom.warnings,
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
        `${files.path} has ${formatBytes(files.freeBytes)} free, and ${formatBytes(files.stageBytes)} are to be staged there before anything is replaced`,
      );
    }
  }
  return plan;
}
