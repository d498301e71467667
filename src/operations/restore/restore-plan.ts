import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { formatTime } from '../../logging/format-time.ts';
import { planDatabaseRestore, type DatabasePlan } from '../../sources/postgres/restore-plan.ts';
import type { OpenArchive } from '../open-archive.ts';
import { groupBy } from '../../system/group-by.ts';
import { serverOf } from '../connect-server.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import type { Users } from '../services/find-users.ts';
import { planHalt } from '../services/plan-halt.ts';
import { describeTorn } from './chosen-lines.ts';
import type { Chosen, ChosenFiles } from './choose.ts';
import { compareStack } from './compare-stack.ts';
import { planFiles, type FilesPlan } from './files-plan.ts';
import { removalsPathIn } from './own-paths.ts';

/** What a restore would do, before it does anything. Sizes in bytes, times RFC 3339. */
export interface RestorePlan {
  archive: string;
  /** When the archive was made, and how old that is now. */
  made: string;
  ageMs: number;
  databases: PlannedDatabase[];
  files: FilesPlan[];
  /** Services that use it and run now: stopped, or paused and started afresh, while it is put in place. */
  services: Users;
  /** All that use it: what of them runs by then is halted. */
  users: Users;
  /** Why it cannot be done; with any of these nothing is. */
  refusals: string[];
  warnings: string[];
}

export interface PlannedDatabase extends DatabasePlan {
  record: DatabaseRecord;
  /** Name of the dump in the archive. */
  key: string;
}

/** A source must keep this much free besides what is staged. */
const RESERVE_BYTES = 64 * 1024 * 1024;

/** Compares what the archive holds with what stands there now. Reads only; lists of names go to `workDirectory`. */
export async function planRestore(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  chosen: Chosen,
  workDirectory: string,
): Promise<RestorePlan> {
  const { config, now } = platform;
  const plan: RestorePlan = {
    archive: archive.name,
    made: manifest.started,
    ageMs: now().getTime() - Date.parse(manifest.started),
    databases: [],
    files: [],
    services: { stop: [], hold: [] },
    users: { stop: [], hold: [] },
    refusals: [],
    warnings: [],
  };
  if (archive.foundDamagedAt !== undefined) {
    plan.warnings.push(
      `a verification found ${archive.name} damaged (${formatTime(archive.foundDamagedAt, config.timezone)}): what is damaged cannot be restored from it, and verify names it; all else can, by its name`,
    );
  }
  const warnings: { key: string; warning: string }[] = [];
  const differences = compareStack(platform, manifest);
  for (const [key, record] of chosen.databases) {
    const globals = `db/globals-${record.source}.sql`;
    const globalsSql = globals in manifest.globals ? await archive.text(globals) : undefined;
    if (!config.databases.some((source) => source.name === record.source)) {
      plan.refusals.push(
        `database "${key}" is in the archive, but databases.${record.source} is not in ${config.file}`,
      );
      continue;
    }
    const server = await serverOf(platform, record.source);
    const found = await planDatabaseRestore({
      server,
      record,
      live: record.database,
      ...(globalsSql === undefined ? {} : { globalsSql }),
    });
    plan.databases.push({ ...found, record, key });
    plan.refusals.push(...found.refusals.map((refusal) => `${key}: ${refusal}`));
    warnings.push(...found.warnings.map((warning) => ({ key, warning })));
  }
  // One program serves many databases: what is said of it is said once, with all their names.
  for (const [warning, members] of groupBy(warnings, (each) => each.warning))
    plan.warnings.push(`${members.map(({ key }) => key).join(', ')}: ${warning}`);
  plan.warnings.push(...(await differences));
  const files = await planAllFiles(platform, archive, manifest, chosen.files, workDirectory);
  plan.files = files.files;
  plan.refusals.push(...files.refusals);
  plan.warnings.push(...plan.files.flatMap(({ source, torn }) => describeTorn(source, torn)));
  const halts = await planHalt(platform, {
    databases: config.databases.filter(({ name }) => plan.databases.some(({ record }) => record.source === name)),
    files: config.files.filter(({ name }) => plan.files.some(({ source }) => source === name)),
  });
  plan.services = halts.services;
  plan.users = halts.users;
  plan.refusals.push(...halts.refusals);
  plan.warnings.push(...halts.warnings);
  return plan;
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
