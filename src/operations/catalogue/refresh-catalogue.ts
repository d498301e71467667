import { messageOf } from '../../logging/failure.ts';
import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { ArchiveSummary, VaultClient } from '../../vault/vault-client.ts';
import type { Platform } from '../platform.ts';
import { cataloguePathOf, CatalogueReader } from './catalogue-file.ts';
import { growCatalogue, keyOf, UnreadableIndex } from './grow-catalogue.ts';
import { identifyArchives } from './identify-archives.ts';
import { fetchIndexes, openWorkFolder, type IndexBatch, type UnreadArchive } from './index-batch.ts';

/**
 * Brings the local catalogue up to date: of `archives`, all of the vault with the oldest first, those that are wanted and
 * that it does not know yet are fetched, each index once, the oldest first, foreign ones last. Killed or cut off
 * meanwhile, the next time goes on from there. Undefined where there is nothing to know. The caller closes it.
 */
export async function refreshCatalogue(
  platform: Platform,
  vault: VaultClient,
  archives: readonly ArchiveSummary[],
  isWanted: (archive: ArchiveSummary) => boolean,
): Promise<{ catalogue: CatalogueReader | undefined; unread: UnreadArchive[] }> {
  const { config, logger, signal } = platform;
  const identify = identifyArchives(platform);
  const unread: UnreadArchive[] = [];
  let catalogue = await CatalogueReader.open(cataloguePathOf(config.state));
  const known = new Set(catalogue?.archives.map(keyOf));
  const missing = archives
    .filter((archive) => isWanted(archive) && !known.has(keyOf(identify(archive))))
    .sort((a, b) => Number(a.isForeign) - Number(b.isForeign));
  if (missing.length === 0) return { catalogue, unread };
  announce(platform, missing);
  const total = missing.length;
  const work = await openWorkFolder(config.state);
  try {
    while (missing.length > 0) {
      signal?.throwIfAborted();
      logger.progress({ phase: 'catalogue', done: total - missing.length, total, unit: 'archives' });
      const batch = await fetchIndexes(platform, vault, work.path, missing);
      unread.push(...batch.unread);
      try {
        const next = await grow(platform, catalogue, archives, batch, unread);
        if (next !== catalogue) await catalogue?.close();
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
    await work.remove();
  }
}

function announce({ logger }: Platform, missing: readonly ArchiveSummary[]): void {
  if (missing.length > 1) {
    logger.info(`Reading the names in ${countOf(missing.length, 'archive')}, once: later searches know them.`);
  }
  const foreign = missing.filter(({ isForeign }) => isForeign);
  if (foreign.length === 0) return;
  const size = formatBytes(foreign.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  logger.info(
    `${countOf(foreign.length, 'archive')} of the former script among them: the vault reads each once (${size}); --since leaves older ones out.`,
  );
}

/** `former` with a batch, or itself; an archive whose index turns out to be unreadable is left out, and told. */
async function grow(
  platform: Platform,
  former: CatalogueReader | undefined,
  archives: readonly ArchiveSummary[],
  batch: IndexBatch,
  unread: UnreadArchive[],
): Promise<CatalogueReader | undefined> {
  const path = cataloguePathOf(platform.config.state);
  const identified = archives.map(identifyArchives(platform));
  for (;;) {
    const added = batch.archives.filter(({ name }) => !unread.some(({ archive }) => archive === name));
    if (added.length === 0) return former;
    const known = new Set([...(former?.archives ?? []), ...added].map(keyOf));
    try {
      return await growCatalogue(
        path,
        former,
        identified.filter((archive) => known.has(keyOf(archive))),
        added,
      );
    } catch (error) {
      if (!(error instanceof UnreadableIndex)) throw error;
      unread.push({ archive: error.archive, reason: messageOf(error.cause) });
    }
  }
}
