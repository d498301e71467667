import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ForeignConfig } from '../../config/foreign.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { countOf } from '../../logging/quantity-text.ts';
import { isAlive } from '../../system/is-alive.ts';
import type { ArchiveSummary, VaultClient } from '../../vault/vault-client.ts';
import { IndexCache } from '../backup/base-index.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { openArchive } from '../with-archive.ts';
import { cataloguePathOf, CatalogueReader, type CataloguedArchive } from './catalogue-file.ts';
import { growCatalogue, keyOf, UnreadableIndex, type AddedArchive } from './grow-catalogue.ts';

/** So many indexes are gone through side by side, and no more than so many bytes of them lie here at a time. */
const BATCH_ARCHIVES = 16;
const BATCH_BYTES = 512 * 1024 * 1024;

/** An archive whose names are not known. */
export interface UnreadArchive {
  archive: string;
  reason: string;
}

/**
 * What a catalogue calls an archive of the vault: one of the same name that comes later has another identity, and so has
 * one of the former script's whose names mean something else by now. The time is part of it, since archives are in its
 * order.
 */
export function describeArchive(
  { name, index, sha256, sealed }: ArchiveSummary,
  foreign: ForeignConfig,
): CataloguedArchive {
  if (index !== undefined) return { name, identity: `${sealed} ${index}` };
  const meaning = createHash('sha256').update(JSON.stringify(foreign)).digest('hex');
  return { name, identity: `${sealed} ${sha256 ?? ''} ${meaning}` };
}

/**
 * Brings the local catalogue up to date: of `archives`, all of the vault with the oldest first, those that are wanted and
 * that it does not know yet are fetched, each index once, the oldest first. Killed or cut off meanwhile, the next time
 * goes on from there. Undefined where there is nothing to know. The caller closes it.
 */
export async function refreshCatalogue(
  platform: Platform,
  vault: VaultClient,
  archives: readonly ArchiveSummary[],
  isWanted: (archive: ArchiveSummary) => boolean,
): Promise<{ catalogue: CatalogueReader | undefined; unread: UnreadArchive[] }> {
  const { config, logger, signal } = platform;
  const path = cataloguePathOf(config.state);
  const unread: UnreadArchive[] = [];
  let catalogue = await CatalogueReader.open(path);
  const known = new Set(catalogue?.archives.map(keyOf));
  const describe = (archive: ArchiveSummary): CataloguedArchive => describeArchive(archive, config.foreign);
  const missing = archives.filter((archive) => isWanted(archive) && !known.has(keyOf(describe(archive))));
  const total = missing.length;
  if (missing.length > 1) {
    logger.info(`Reading the names in ${countOf(missing.length, 'archive')}, once: later searches know them.`);
  }
  const work = missing.length === 0 ? undefined : await openWorkFolder(config.state);
  try {
    while (missing.length > 0) {
      signal?.throwIfAborted();
      logger.progress({ phase: 'catalogue', done: total - missing.length, total, unit: 'archives' });
      const batch = await IndexBatch.fetch(platform, vault, work ?? '', missing, unread);
      try {
        const next = await grow(path, catalogue, archives.map(describe), batch, unread);
        await catalogue?.close();
        catalogue = next;
      } finally {
        await batch.remove();
      }
    }
    return { catalogue, unread };
  } catch (error) {
    await catalogue?.close();
    throw error;
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

/** Adds a batch; an archive whose index turns out to be unreadable is left out, and told. */
async function grow(
  path: string,
  former: CatalogueReader | undefined,
  archives: readonly CataloguedArchive[],
  batch: IndexBatch,
  unread: UnreadArchive[],
): Promise<CatalogueReader | undefined> {
  for (;;) {
    const added = batch.archives.filter(({ name }) => !unread.some(({ archive }) => archive === name));
    if (added.length === 0) return await CatalogueReader.open(path);
    const known = new Set([...(former?.archives ?? []), ...added].map(keyOf));
    const kept = archives.filter((archive) => known.has(keyOf(archive)));
    try {
      await growCatalogue(path, former, kept, added);
    } catch (error) {
      if (!(error instanceof UnreadableIndex)) throw error;
      unread.push({ archive: error.archive, reason: messageOf(error.cause) });
      continue;
    }
    return await CatalogueReader.open(path);
  }
}

/** Some archives whose indexes lie here while they are gone through. */
class IndexBatch {
  readonly archives: AddedArchive[] = [];
  readonly #folder: string;
  readonly #opened: OpenArchive[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the next archives off `missing`; those whose index is damaged are told in `unread`. */
  static async fetch(
    platform: Platform,
    vault: VaultClient,
    work: string,
    missing: ArchiveSummary[],
    unread: UnreadArchive[],
  ): Promise<IndexBatch> {
    const kept = new IndexCache(platform.config.state);
    const batch = new IndexBatch(await mkdtemp(join(work, 'batch-')));
    const passing = new IndexCache(batch.#folder);
    for (let bytes = 0; batch.archives.length < BATCH_ARCHIVES && bytes < BATCH_BYTES;) {
      const archive = missing.shift();
      if (!archive) break;
      // What the cache keeps for backups is used, and nothing else is put there.
      const cache = archive.index !== undefined && (await kept.holds(archive.index)) ? kept : passing;
      try {
        const opened = await openArchive(platform, vault, archive, { cache });
        batch.#opened.push(opened);
        batch.archives.push({ ...describeArchive(archive, platform.config.foreign), lines: () => opened.lines() });
      } catch (error) {
        if (!(error instanceof Failure) || !['damaged', 'refused'].includes(error.kind)) throw error;
        unread.push({ archive: archive.name, reason: error.message });
      }
      bytes = await sizeOf(join(batch.#folder, 'cache'));
    }
    return batch;
  }

  async remove(): Promise<void> {
    for (const archive of this.#opened) await archive.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A private folder of this run's; those of runs that were killed go. */
async function openWorkFolder(stateDirectory: string): Promise<string> {
  const parent = join(stateDirectory, 'catalogue');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parent)) {
    const [, pid] = /^(\d+)-[A-Za-z0-9]{6}$/.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  return await mkdtemp(join(parent, `${process.pid}-`));
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
