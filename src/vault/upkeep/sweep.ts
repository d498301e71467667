import { rmdir, unlink } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import type { VaultSettings } from '../settings/settings.ts';
import { SEGMENT_NAME } from '../protocol/limits.ts';
import type { Store } from '../store/layout.ts';
import type { UpkeepRecord } from '../vault-client.ts';
import { clearLeftovers } from './clear-leftovers.ts';
import { recordUpkeep } from './record.ts';
import { removeFolder } from './remove-folder.ts';

export interface SweepOptions {
  store: Store;
  settings: Pick<VaultSettings, 'sweep'>;
  logger: Logger;
  /** In place of the settings' `sweep.after`, in milliseconds: an administrator makes room at once. */
  afterMs?: number;
  /** How long to wait for a seal to end before what cut ones have left is cleared up; default: not at all. */
  lockWaitMs?: number;
}

/** Something in the incoming area that no backup of ours puts there. */
export interface Junk {
  /** Printable. */
  name: string;
  what: 'file' | 'folder' | 'link' | 'special file';
  isRemoved: boolean;
}

export interface SweepResult extends UpkeepRecord {
  verb: 'sweep';
  /** Segments that had lain unused for too long. */
  removed: { files: number; bytes: number };
  /** What is younger. */
  kept: { files: number; bytes: number };
  junk: Junk[];
  /** False where a seal was at work: what cut ones have left stays for the next time. */
  isSettled: boolean;
}

/** What rsync calls a segment that is on its way: `.NAME.segment.XXXXXX`. */
const TEMPORARY_NAME = /^\.[0-9a-f]{64}\.segment\.[A-Za-z0-9]{6}$/;

/**
 * Clears the incoming area: segments that have lain unused for too long (by the time of their last change of any kind,
 * which no client can set, and the vault's clock), and whatever was planted there, which is never followed. Then what cut
 * seals have left. Notes down how it went.
 */
export async function sweepIncoming({
  store,
  settings,
  logger,
  afterMs = settings.sweep.afterMs,
  lockWaitMs = 0,
}: SweepOptions): Promise<SweepResult> {
  const found: Pick<SweepResult, 'removed' | 'kept' | 'junk'> = {
    removed: { files: 0, bytes: 0 },
    kept: { files: 0, bytes: 0 },
    junk: [],
  };
  const folder = await OpenFolder.open(Buffer.from(store.incoming));
  if (folder) {
    try {
      const oldestMs = store.now().getTime() - afterMs;
      for (const name of await folder.names()) {
        // Whoever holds the account may put another thing in its place meanwhile: the rest is swept all the same.
        await sweepOne(folder, name, { found, oldestMs, logger }).catch((error: unknown) => {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
          logger.warning(`${show(name)} in the incoming area cannot be looked at or removed: ${messageOf(error)}`);
          found.junk.push({ name: show(name), what: 'special file', isRemoved: false });
        });
      }
    } finally {
      await folder.close();
    }
  }
  const isSettled = await clearLeftovers(store, logger, lockWaitMs);
  const result: SweepResult = {
    verb: 'sweep',
    time: store.now().toISOString(),
    ...describe(found),
    ...found,
    isSettled,
  };
  await recordUpkeep(store, result);
  return result;
}

async function sweepOne(
  folder: OpenFolder,
  name: Buffer,
  {
    found,
    oldestMs,
    logger,
  }: { found: Pick<SweepResult, 'removed' | 'kept' | 'junk'>; oldestMs: number; logger: Logger },
): Promise<void> {
  const about = await folder.look(name);
  if (!about) return;
  const text = name.toString('latin1');
  if (about.isFile() && about.nlink === 1n && (SEGMENT_NAME.test(text) || TEMPORARY_NAME.test(text))) {
    const isOld = Number(about.ctimeMs) <= oldestMs;
    const tally = isOld ? found.removed : found.kept;
    if (isOld) await unlink(folder.pathOf(name));
    tally.files++;
    tally.bytes += Number(about.size);
    return;
  }
  const what = nameKind(about);
  const shown = show(name);
  const isRemoved = await remove(folder, name, what).catch((error: unknown) => {
    logger.warning(`${shown} in the incoming area cannot be removed: ${messageOf(error)}`);
    return false;
  });
  found.junk.push({ name: shown, what, isRemoved });
}

/** Never through a link, and never through a path that whoever planted this could turn aside meanwhile. */
async function remove(folder: OpenFolder, name: Buffer, what: Junk['what']): Promise<boolean> {
  if (what !== 'folder') await unlink(folder.pathOf(name));
  else if (await removeFolder(folder, name)) await rmdir(folder.pathOf(name));
  else return false;
  return true;
}

function show(name: Buffer): string {
  return printable(name.toString('utf8')).slice(0, 80);
}

function nameKind(about: BigIntStats): Junk['what'] {
  if (about.isFile()) return 'file';
  if (about.isDirectory()) return 'folder';
  return about.isSymbolicLink() ? 'link' : 'special file';
}

/** A stray file is junk; a folder, link or device can only come from somebody who was in the account itself. */
function describe({
  removed,
  kept,
  junk,
}: Pick<SweepResult, 'removed' | 'kept' | 'junk'>): Pick<UpkeepRecord, 'isFine' | 'summary' | 'faults'> {
  const planted = junk.filter(({ what, isRemoved }) => what !== 'file' || !isRemoved);
  const faults = planted.map(
    ({ name, what, isRemoved }) =>
      `a ${what} was planted in the incoming area: ${name}${isRemoved ? ' (removed)' : ', and cannot be removed by the keeper: have root look at it'}`,
  );
  const parts = [
    `${countOf(removed.files, 'unused segment')} removed (${formatBytes(removed.bytes)})`,
    `${kept.files} kept (${formatBytes(kept.bytes)})`,
    ...(junk.length > 0 ? [`${countOf(junk.length, 'thing')} found that no backup puts there`] : []),
  ];
  return { isFine: faults.length === 0, summary: parts.join(', '), faults };
}
