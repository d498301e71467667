import { Failure } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { listServiceContainers } from '../../sources/compose/service-containers.ts';
import { forget } from '../forget.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { restore } from '../restore.ts';
import { readJournal } from '../restore/journal.ts';
import { listKept, type KeptRecord } from '../restore/kept.ts';
import type { RestorePlan } from '../restore/restore-plan.ts';
import { listServers } from '../services/find-users.ts';
import { withArchive } from '../with-archive.ts';
import { withLock } from '../with-lock.ts';
import { listOccupied } from './check-blank.ts';
import { listHomes, startHomes } from './homes.ts';
import { listParts, type RecoveredParts } from './recovered-parts.ts';
import type { RecoveryRecord } from './recovery-record.ts';

export interface RestoreBlankOptions {
  archive: string;
  record: RecoveryRecord;
  save: () => Promise<void>;
  /** Typed by an operator: what stands there may be replaced, without a copy of it. */
  replaces: boolean;
  confirm: (plan: RestorePlan, isBlank: boolean) => Promise<boolean>;
}

/**
 * Restores onto a machine that has nothing to lose, so without a safety backup and without the writer's key. A run that
 * was killed is finished or reverted first, and what it completed is not restored twice.
 * @throws Failure `refused` where something stands there, or the plan is declined.
 */
export async function restoreBlank(platform: Platform, options: RestoreBlankOptions): Promise<RecoveredParts> {
  const { archive, record, save } = options;
  await requireBlank(platform, options);
  const homes = await startHomes(platform);
  await withLock(platform, () => Promise.resolve());
  const earlier = await findKept(platform, record);
  if (earlier?.archive === archive) {
    platform.logger.info(
      `   ${archive} : mis en place par un essai précédent (put in place by an earlier run, ${earlier.since}).`,
    );
    const parts = await withArchive(platform, archive, async (reader) => listParts(await reader.manifest()));
    return await settle(platform, options, parts, earlier.id);
  }
  const result = await restore(platform, {
    archive,
    skipsSafetyBackup: true,
    skipsHealth: true,
    confirm: (plan) => options.confirm(plan, record.wasBlank === true),
    note: async (id) => {
      record.restoreId = id;
      await save();
    },
  });
  if (!result.done) {
    const running = ['The databases', ...homes].join(', ');
    const next = `${running} run, the platform is not started. Run the same line again when you have decided.`;
    throw new Failure('refused', 'the restore was declined: nothing was restored', next);
  }
  const manifest = await withArchive(platform, archive, (reader) => reader.manifest());
  return await settle(platform, options, listParts(manifest, result), result.id);
}

/**
 * Looks at what stands there, unless it may be what this recovery has made itself: by a restore that it began, or by an
 * application that it started, which fills its database. So it is noted before any application runs.
 */
async function requireBlank(
  platform: Platform,
  { record, save, replaces, archive }: RestoreBlankOptions,
): Promise<void> {
  if (replaces) return;
  if (record.wasBlank === true && ((await isRestoring(platform, record)) || (await runsOnlyHomes(platform)))) return;
  const occupied = await withArchive(platform, archive, (reader) => listOccupied(platform, reader));
  if (occupied.length > 0) {
    throw new Failure(
      'refused',
      `this machine is not blank: ${occupied.slice(0, 5).join('; ')}${occupied.length > 5 ? `, and ${countOf(occupied.length - 5, 'other')}` : ''}`,
      `Nothing was replaced. On a platform that lives, use: npm run -s prod:restore -- ${archive}. To replace it without a copy of what is there, add --replace.`,
    );
  }
  record.wasBlank = true;
  await save();
}

/** Whether the restore that this recovery began is unfinished, or complete and not noted yet. */
async function isRestoring(platform: Platform, record: RecoveryRecord): Promise<boolean> {
  if (record.restoreId === undefined) return false;
  const journal = await readJournal(platform.config.state);
  return journal?.id === record.restoreId || (await findKept(platform, record)) !== undefined;
}

/** Whether applications in whose containers files lie have run, and no other: nobody has gone on by other means. */
async function runsOnlyHomes(platform: Platform): Promise<boolean> {
  const homes = listHomes(platform.config);
  if (homes.length === 0) return false;
  const own = new Set([...homes, ...listServers(platform.config.databases)]);
  const containers = await listServiceContainers(openProject(platform));
  return containers.every(({ service, state }) => own.has(service) || state === 'created');
}

async function findKept({ config }: Platform, { restoreId }: RecoveryRecord): Promise<KeptRecord | undefined> {
  return (await listKept(config.state)).find(({ id, isReverted }) => id === restoreId && !isReverted);
}

/** Noted before anything is cleared up; then what a blank machine had is not worth keeping. */
async function settle(
  platform: Platform,
  { record, save }: RestoreBlankOptions,
  parts: RecoveredParts,
  id: string | undefined,
): Promise<RecoveredParts> {
  record.restored = { ...parts, at: platform.now().toISOString() };
  await save();
  if (record.wasBlank === true && id !== undefined)
    await forget(platform, { ids: [id], confirm: () => Promise.resolve(true) });
  return parts;
}
