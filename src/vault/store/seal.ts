import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { MANIFEST_NAME } from '../../archive/layout.ts';
import type { Manifest } from '../../archive/manifest.ts';
import { readManifest } from '../../archive/read-manifest.ts';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { acquireLock } from '../../system/lock.ts';
import type { Receipt } from '../vault-client.ts';
import { openArchiveAt, type ArchiveFile } from './archive-file.ts';
import { assembleArchive, boundTailBytes } from './assemble.ts';
import type { Role } from '../protocol/words.ts';
import { checkSealName } from './check-name.ts';
import { WrongDigest } from './copy-run.ts';
import { archivePath, lockPath, pendingPath, type Store } from './layout.ts';
import { listLedgerArchives, readLedger } from './ledger.ts';
import { openBase } from './open-base.ts';
import { planArchive, type Plan } from './plan.ts';
import { makeReceipt, publishArchive, refuseName, settleCutSeal } from './publish.ts';
import { readRange } from './read-range.ts';
import { receiveRecipe } from './receive-recipe.ts';
import { rejectDamage } from './reject-damage.ts';
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

const DEFAULT_LOCK_WAIT_MS = 60_000;

/**
 * Seals an archive: until its last step nothing is visible, after it nothing changes.
 * @throws Failure `refused` for what must not be, `damaged` for wrong bytes, `space`, or `locked`.
 */
export async function sealArchive(options: SealOptions): Promise<Receipt> {
  const { store, name, log, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
  checkSealName(name, store.now());
  try {
    const recipe = await receiveRecipe(store, options.recipe);
    try {
      const lock = await acquireLock(lockPath(store), { holder: `seal of ${name}`, waitMs: lockWaitMs });
      try {
        await settleCutSeal(store, log);
        const { size } = await recipe.stat();
        const bytes = readRange(recipe, { offset: 0, length: size });
        return await sealLocked(options, Readable.from(bytes, { objectMode: false }));
      } finally {
        lock.release();
      }
    } finally {
      await recipe.close();
    }
  } catch (error) {
    throw explainFullDisk(error);
  }
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

async function sealLocked(options: SealOptions, recipe: Readable): Promise<Receipt> {
  const { store, name, log } = options;
  const ledger = await readLedger(store);
  const indexPath = join(store.assembly, `${name}.index`);
  let base: { name: string; file: ArchiveFile } | undefined;
  try {
    const plan = await planArchive(recipe, indexPath, async (named) => {
      base = { name: named.name, file: await openBase(options, ledger, named) };
      return { index: named.index, stream: base.file.readIndex() };
    });
    const known = listLedgerArchives(ledger).find((line) => line.name === name);
    if (known && known.index !== plan.index) throw refuseName(name);
    const receipt = known
      ? makeReceipt(known, true)
      : await assembleAndPublish(options, { plan, ...(base ? { base } : {}) });
    for (const segment of new Set(plan.head.segments)) await dropSegment(store, segment).catch(() => {});
    log.info(
      `${name} ${receipt.already ? 'was sealed already' : 'is sealed'}: ${receipt.sizeBytes} bytes, index ${receipt.index}`,
    );
    return receipt;
  } finally {
    recipe.destroy();
    await rm(indexPath, { force: true });
    await base?.file.close();
  }
}

async function assembleAndPublish(
  { store, name, progress }: SealOptions,
  { plan, base }: { plan: Plan; base?: { name: string; file: ArchiveFile } },
): Promise<Receipt> {
  if (await lstat(archivePath(store, name)).catch(() => undefined)) throw refuseName(name);
  const segments = await SegmentFiles.check(store, plan.head.segments);
  const path = join(store.assembly, name);
  let isComplete = false;
  try {
    const shares = base !== undefined && (await detectSharing(store)).isPossible;
    await requireSpace(store, (shares ? plan.newExtentBytes : plan.extents.endOffset) + boundTailBytes(plan));
    const assembly = { store, plan, path, segments, shares, progress, ...(base ? { base } : {}) };
    const { sizeBytes, tailBytes } = await assembleArchive(assembly);
    const { trigger } = await checkAssembled(path, name, plan, sizeBytes);
    const newBytes = plan.newExtentBytes + tailBytes;
    const time = store.now().toISOString();
    const entry = { time, action: 'seal', name, size: sizeBytes, index: plan.index, newBytes, trigger } as const;
    isComplete = true;
    return await publishArchive(store, path, entry);
  } catch (error) {
    // What is complete may be visible already: the next seal finds out.
    if (!isComplete) await rm(path, { force: true });
    if (error instanceof WrongDigest) throw await rejectDamage(store, plan, error);
    throw error;
  } finally {
    await segments.close();
  }
}

/** Looks at the new file as any reader would: footer, and the manifest out of its extents. */
async function checkAssembled(path: string, name: string, plan: Plan, sizeBytes: number): Promise<Manifest> {
  const file = await openArchiveAt(path, name);
  try {
    const indexOffset = await file.readIndexOffset();
    if (file.sizeBytes !== sizeBytes || indexOffset !== plan.extents.endOffset) {
      throw new Failure(
        'vault',
        `${name} was not written as it should be`,
        'Look at the disk of the backup server (dmesg).',
      );
    }
    const manifest = await readManifest(file, plan.manifestExtents);
    if (manifest.name === name) return manifest;
    throw new ArchiveDamage(MANIFEST_NAME, `it is that of ${JSON.stringify(manifest.name).slice(0, 60)}`);
  } finally {
    await file.close();
  }
}
