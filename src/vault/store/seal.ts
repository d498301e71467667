import { lstat, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { acquireLock, type Lock } from '../../system/lock.ts';
import type { Receipt } from '../vault-client.ts';
import type { ArchiveFile } from './archive-file.ts';
import { assembleArchive, boundTailBytes } from './assemble.ts';
import type { Role } from '../protocol/words.ts';
import { checkAssembled, giveToGroup } from './check-assembled.ts';
import { refuseBarred } from './barred.ts';
import { checkSealName } from './check-name.ts';
import { requireDailyRoom } from './daily-limits.ts';
import { guardPlanning } from './guard-planning.ts';
import { archivePath, lockPath, pendingPath, planningLockPath, type Store } from './layout.ts';
import { listLedgerArchives, readLedger, type Ledger } from './ledger.ts';
import { openBase } from './open-base.ts';
import { assembledRecordPath, noteOwnExtents } from './own-records.ts';
import { placeCard } from './place-card.ts';
import { planArchive, type Plan } from './plan.ts';
import { makeReceipt, publishArchive, refuseName, settleCutSeal } from './publish.ts';
import { readRange } from './read-range.ts';
import { receiveRecipe } from './receive-recipe.ts';
import { blameBase, rejectDamage } from './reject-damage.ts';
import { SegmentFiles, dropSegment } from './segments.ts';
import { detectSharing } from './share-extents.ts';
import { explainFullDisk, requireSpace } from './space.ts';

export interface SealOptions {
  store: Store;
  role: Role;
  name: string;
  /** The recipe as it was sent, compressed. */
  recipe: AsyncIterable<Uint8Array>;
  /** Told of bytes assembled. */
  progress: (doneBytes: number, totalBytes: number) => void;
  log: Logger;
  /** How long to wait for another seal to end. */
  lockWaitMs?: number;
}

interface OpenedBase {
  name: string;
  file: ArchiveFile;
}

interface Planned {
  plan: Plan;
  base?: OpenedBase;
}

const DEFAULT_LOCK_WAIT_MS = 60_000;

/**
 * Seals an archive: until its last step nothing is visible, after it nothing changes. The recipe is followed before the
 * vault's lock is taken: however long that goes on, upkeep does not wait for it.
 * @throws Failure `refused` for what must not be, `damaged` for wrong bytes, `space`, or `locked`.
 */
export async function sealArchive(options: SealOptions): Promise<Receipt> {
  const { store, name, log } = options;
  checkSealName(name, store.now());
  try {
    const recipe = await receiveRecipe(store, options.recipe);
    try {
      const planning = await takeLock(options, planningLockPath(store));
      try {
        await settleBeforeGreeting(store, log);
        await emptyPlanning(store);
        return await planAndSeal(options, recipe);
      } finally {
        planning.release();
      }
    } finally {
      await recipe.close();
    }
  } catch (error) {
    throw await explainFullDisk(error, store);
  }
}

function takeLock({ name, lockWaitMs = DEFAULT_LOCK_WAIT_MS }: SealOptions, path: string): Promise<Lock> {
  return acquireLock(path, { holder: `seal of ${name}`, waitMs: lockWaitMs });
}

/** What a killed seal left of its index. */
async function emptyPlanning(store: Store): Promise<void> {
  for (const name of await readdir(store.planning)) await rm(join(store.planning, name), { force: true });
}

/**
 * Settles what a killed seal has left before anybody is greeted: a client that saw its connection die asks at once
 * whether its archive is there. Does nothing while a seal is at work.
 */
export async function settleBeforeGreeting(store: Store, log: Logger): Promise<void> {
  if (!(await lstat(pendingPath(store)).catch(() => undefined))) return;
  try {
    const lock = await acquireLock(lockPath(store), { holder: 'settling a seal that was cut off' });
    try {
      await settleCutSeal(store, log);
    } finally {
      lock.release();
    }
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'locked')) throw error;
  }
}

/** The planning lock must be held. */
async function planAndSeal(options: SealOptions, recipe: FileHandle): Promise<Receipt> {
  const { store, name, log } = options;
  const ledger = await readLedger(store);
  const isKnown = listLedgerArchives(ledger).some((line) => line.name === name);
  if (!isKnown) requireDailyRoom(store, ledger, { newBytes: 0, sharesExtents: true });
  const { size } = await recipe.stat();
  const steps = Readable.from(readRange(recipe, { offset: 0, length: size }), { objectMode: false });
  const guard = guardPlanning(store);
  const indexPath = join(store.planning, `${name}.index`);
  let base: OpenedBase | undefined;
  try {
    const openNamed = async (named: NonNullable<Plan['head']['base']>) => {
      base = { name: named.name, file: await openBase(options, ledger, named) };
      return { index: named.index, stream: base.file.readIndex() };
    };
    const plan = await planArchive(steps, indexPath, openNamed, guard.signal).catch(async (error: unknown) => {
      throw base ? await blameBase(store, base.name, error) : error;
    });
    guard.stop();
    const lock = await takeLock(options, lockPath(store));
    try {
      await settleCutSeal(store, log);
      return await sealLocked(options, { plan, ...(base ? { base } : {}) });
    } finally {
      lock.release();
    }
  } finally {
    guard.stop();
    steps.destroy();
    await rm(indexPath, { force: true });
    await base?.file.close();
  }
}

async function sealLocked(options: SealOptions, planned: Planned): Promise<Receipt> {
  const { store, name, log } = options;
  const { plan } = planned;
  // Upkeep may have been at work since the recipe was followed.
  const ledger = await readLedger(store);
  if (plan.head.base) await (await openBase(options, ledger, plan.head.base)).close();
  const known = listLedgerArchives(ledger).find((line) => line.name === name);
  if (known && known.index !== plan.index) throw refuseName(name);
  const receipt = known ? makeReceipt(known, true) : await assembleAndPublish(options, planned, ledger);
  await placeCard(store, log);
  for (const segment of new Set(plan.head.segments)) await dropSegment(store, segment).catch(() => {});
  log.info(
    `${name} ${receipt.already ? 'was sealed already' : 'is sealed'}: ${receipt.sizeBytes} bytes, index ${receipt.index}`,
  );
  return receipt;
}

async function assembleAndPublish(
  { store, name, progress }: SealOptions,
  { plan, base }: Planned,
  ledger: Ledger,
): Promise<Receipt> {
  if (await lstat(archivePath(store, name)).catch(() => undefined)) throw refuseName(name);
  const segments = await SegmentFiles.check(store, plan.head.segments);
  await refuseBarred(store, plan);
  const path = join(store.assembly, name);
  let isComplete = false;
  let needBytes = 0;
  try {
    const { isPossible: sharesExtents } = await detectSharing(store);
    const shares = base !== undefined && sharesExtents;
    const newBytesOnDisk = shares ? plan.newExtentBytes : plan.extents.endOffset;
    requireDailyRoom(store, ledger, { newBytes: newBytesOnDisk, sharesExtents });
    needBytes = newBytesOnDisk + boundTailBytes(plan);
    await requireSpace(store, needBytes);
    const assembly = { store, plan, path, segments, shares, progress, ...(base ? { base } : {}) };
    const { sizeBytes, tailBytes } = await assembleArchive(assembly);
    await giveToGroup(store, path);
    const { trigger } = await checkAssembled(path, name, plan, sizeBytes);
    const newBytes = plan.newExtentBytes + tailBytes;
    const time = store.now().toISOString();
    const entry = { time, action: 'seal', name, size: sizeBytes, index: plan.index, newBytes, trigger } as const;
    await noteOwnExtents(path, { name, plan, base: shares ? base.name : undefined, sealed: new Date(time) });
    isComplete = true;
    return await publishArchive(store, path, entry);
  } catch (error) {
    // What is complete may be visible already: publishing has said what comes next.
    if (isComplete) throw error;
    await Promise.all([path, assembledRecordPath(path)].map((each) => rm(each, { force: true })));
    const { directory } = store;
    throw await explainFullDisk(await rejectDamage(store, plan, error, progress), { directory, needBytes });
  } finally {
    await segments.close();
  }
}
