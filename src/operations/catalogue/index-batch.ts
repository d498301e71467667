import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { isAlive } from '../../system/is-alive.ts';
import type { ArchiveSummary, VaultClient } from '../../vault/vault-client.ts';
import { IndexCache } from '../backup/base-index.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { openArchive } from '../with-archive.ts';
import type { AddedArchive } from './grow-catalogue.ts';
import { identifyArchives } from './identify-archives.ts';

/** So many indexes are gone through side by side, and hardly more than so many bytes of them lie here at a time. */
const BATCH_ARCHIVES = 16;
const BATCH_BYTES = 512 * 1024 * 1024;

/** An archive whose names are not known. */
export interface UnreadArchive {
  archive: string;
  reason: string;
}

/** Some archives whose indexes lie here while they are gone through. */
export interface IndexBatch {
  archives: AddedArchive[];
  /** Those of them whose index is damaged, or cannot be had. */
  unread: UnreadArchive[];
  remove(): Promise<void>;
}

/** Takes the next archives off `missing`, and fetches their indexes into a folder of its own below `work`. */
export async function fetchIndexes(
  platform: Platform,
  vault: VaultClient,
  work: string,
  missing: ArchiveSummary[],
): Promise<IndexBatch> {
  const folder = await mkdtemp(join(work, 'batch-'));
  const opened: OpenArchive[] = [];
  const batch: IndexBatch = {
    archives: [],
    unread: [],
    remove: async () => {
      for (const archive of opened) await archive.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const identify = identifyArchives(platform);
  try {
    for (let bytes = 0; opened.length < BATCH_ARCHIVES && bytes < BATCH_BYTES; bytes = await sizeOf(folder)) {
      platform.signal?.throwIfAborted();
      const archive = missing.shift();
      if (!archive) break;
      try {
        const names = await openNames(platform, vault, archive, folder);
        opened.push(names);
        batch.archives.push({ ...identify(archive), lines: () => names.lines() });
      } catch (error) {
        if (!isOfOneArchive(error, archive)) throw error;
        batch.unread.push({ archive: archive.name, reason: error.message });
      }
    }
    return batch;
  } catch (error) {
    await batch.remove();
    throw error;
  }
}

/** A vault that does not answer is no fault of an archive; one that knows no foreign archives yet has all of ours. */
function isOfOneArchive(error: unknown, { isForeign }: ArchiveSummary): error is Failure {
  return error instanceof Failure && (isForeign || error.kind === 'damaged');
}

async function openNames(
  platform: Platform,
  vault: VaultClient,
  archive: ArchiveSummary,
  folder: string,
): Promise<OpenArchive> {
  // What the cache keeps for backups is used, and nothing else is put there.
  const kept = new IndexCache(platform.config.state);
  const isKept = archive.index !== undefined && (await kept.holds(archive.index));
  return await openArchive(platform, vault, archive, { cache: isKept ? kept : new IndexCache(folder) });
}

/** A private folder of this run's below the state folder; those of runs that were killed go. */
export async function openWorkFolder(stateDirectory: string): Promise<{ path: string; remove(): Promise<void> }> {
  const parent = join(stateDirectory, 'catalogue');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parent)) {
    const [, pid] = /^(\d+)-[A-Za-z0-9]{6}$/.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const path = await mkdtemp(join(parent, `${process.pid}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function sizeOf(folder: string): Promise<number> {
  const cache = join(folder, 'cache');
  const names = await readdir(cache).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(cache, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
