import { ArchiveReader } from './archive-reader.ts';
import { IndexCache } from './backup/base-index.ts';
import type { OpenArchive } from './open-archive.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';

/** Opens an archive by name, date or `latest` with the reader's key, for as long as `work` takes. */
export async function withArchive<T>(
  platform: Platform,
  request: string,
  work: (archive: OpenArchive) => Promise<T>,
): Promise<T> {
  const vault = await openVault(platform, 'reader');
  try {
    const summary = resolveArchive(request, await vault.status());
    return await work(await ArchiveReader.open(vault, new IndexCache(platform.config.state), summary));
  } finally {
    await vault.close();
  }
}
