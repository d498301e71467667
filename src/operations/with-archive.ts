import type { ArchiveSummary, VaultClient } from '../vault/vault-client.ts';
import { ArchiveReader } from './archive-reader.ts';
import { IndexCache } from './backup/base-index.ts';
import { openForeign } from './foreign/open-foreign.ts';
import type { OpenArchive } from './open-archive.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';

export interface ReadingOptions {
  /** Typed by an operator who lets an outdated psql read the dumps of an archive that was not made here. */
  allowOldClient?: boolean;
  /** Where indexes are kept; by default the platform's own. */
  cache?: IndexCache;
}

/** Opens an archive by name, date or `latest` with the reader's key, for as long as `work` takes. */
export async function withArchive<T>(
  platform: Platform,
  request: string,
  work: (archive: OpenArchive) => Promise<T>,
  options: ReadingOptions = {},
): Promise<T> {
  const vault = await openVault(platform, 'reader');
  try {
    const archive = await openArchive(platform, vault, resolveArchive(request, await vault.status()), options);
    try {
      return await work(archive);
    } finally {
      await archive.close();
    }
  } finally {
    await vault.close();
  }
}

/** The same, and what was done with it is measured: how much was fetched, and how long it took since `begun`. */
export async function withMeasuredArchive<T extends object>(
  platform: Platform,
  { archive: request, allowOldClient = false }: { archive: string; allowOldClient?: boolean },
  begun: number,
  work: (archive: OpenArchive) => Promise<T>,
): Promise<T & { fetchedBytes: number; durationMs: number }> {
  return await withArchive(
    platform,
    request,
    async (archive) => {
      const outcome = await work(archive);
      return { ...outcome, fetchedBytes: archive.fetchedBytes, durationMs: Date.now() - begun };
    },
    { allowOldClient },
  );
}

/** Opens one of the archives that a vault's status names, whoever made it. To be closed before the vault is. */
export async function openArchive(
  platform: Platform,
  vault: VaultClient,
  archive: ArchiveSummary,
  { allowOldClient = false, cache = new IndexCache(platform.config.state) }: ReadingOptions = {},
): Promise<OpenArchive> {
  if (archive.isForeign) return await openForeign({ platform, vault, archive, allowsOldClient: allowOldClient });
  return await ArchiveReader.open(vault, cache, archive);
}
