import { basename } from 'node:path';
import { restoreTime } from '../archive/file-touches.ts';
import { Failure } from '../logging/failure.ts';
import { removeTree } from '../sources/files/swap-files.ts';
import { dropDatabases } from '../sources/postgres/forget-databases.ts';
import { OpenFolder } from '../system/open-folder.ts';
import { serverOf } from './connect-server.ts';
import type { Platform } from './platform.ts';
import { followContainer } from './restore/follow-container.ts';
import { dropTablesOf } from './restore/kept-tables.ts';
import { findThrough } from './restore/find-later.ts';
import { listKept, removeKeptRecord, type KeptRecord } from './restore/kept.ts';
import { withLock } from './with-lock.ts';

export interface ForgetOptions {
  /** Restores whose kept state is to go; all of them without. */
  ids?: readonly string[];
  /** Shown what would go; only `true` goes on. */
  confirm: (kept: readonly KeptRecord[]) => Promise<boolean>;
}

export interface ForgetResult {
  forgotten: KeptRecord[];
}

/** Deletes what restores replaced. From then on those restores cannot be taken back. */
export async function forget(platform: Platform, { ids, confirm }: ForgetOptions): Promise<ForgetResult> {
  return await withLock(platform, async () => {
    const kept = await listKept(platform.config.state);
    const unknown = (ids ?? []).filter((id) => !kept.some((record) => record.id === id));
    if (unknown.length > 0) {
      throw new Failure(
        'usage',
        `nothing is kept of a restore ${unknown.map((id) => JSON.stringify(id.slice(0, 80))).join(', ')}`,
        'status lists what is kept.',
      );
    }
    const chosen = kept.filter(({ id }) => !ids || ids.length === 0 || ids.includes(id));
    await refuseGaps(platform, chosen, kept);
    if (chosen.length === 0 || !(await confirm(chosen))) return { forgotten: [] };
    for (const record of chosen) await forgetOne(platform, record);
    return { forgotten: chosen };
  });
}

/**
 * What an older restore keeps comes back by way of the newer ones: without them, its undo would mix what stood there at two
 * times. What is kept of a table lies in its database: where that is kept itself, nobody gets at it.
 */
async function refuseGaps(
  platform: Platform,
  chosen: readonly KeptRecord[],
  kept: readonly KeptRecord[],
): Promise<void> {
  const stays = kept.filter((record) => !chosen.includes(record));
  for (const record of chosen) {
    const bound = await findThrough(platform, record, stays);
    if (!bound) continue;
    throw new Failure(
      'refused',
      `${record.id} cannot be forgotten while ${bound.id} is kept: the way back of one goes through the other`,
      `Nothing was deleted. To have both gone: forget ${bound.id} first. Or take the newer one back first (undo).`,
    );
  }
}

async function forgetOne(platform: Platform, record: KeptRecord): Promise<void> {
  for (const { source, kept } of record.databases) {
    if (kept !== undefined) await dropDatabases({ server: await serverOf(platform, source), names: [kept] });
  }
  await dropTablesOf(platform, record.tables ?? []);
  for (const folder of record.files) {
    const found = await followContainer(platform, record, folder);
    if (found) await removeKeptFolder(found.root, found.kept);
  }
  await removeKeptRecord(platform.config.state, record.id);
}

/** Removes the kept entries; the live folder around them keeps its time, to the nanosecond. */
async function removeKeptFolder(root: string, kept: string): Promise<void> {
  const folder = await OpenFolder.open(Buffer.from(root));
  if (!folder) return;
  try {
    const before = await folder.handle.stat({ bigint: true });
    if (!(await folder.look(Buffer.from(basename(kept))))) return;
    await removeTree(Buffer.from(kept));
    await restoreTime(folder.handle, before.mtimeNs);
  } finally {
    await folder.close();
  }
}
