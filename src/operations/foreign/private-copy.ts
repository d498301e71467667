import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { openArchiveBytes, type ArchiveBytes } from '../../archive/archive-bytes.ts';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { describeRoom, measureRoom, RESERVE_BYTES } from '../../system/disk-room.ts';
import type { VaultClient } from '../../vault/vault-client.ts';
import { openUnnamed } from './unnamed-file.ts';

export interface CopyOptions {
  vault: VaultClient;
  archive: { name: string; sizeBytes: number; sha256: string };
  /** Where there has to be room for it. */
  directory: string;
  logger: Logger;
  /** Told of bytes as they come. */
  count: (bytes: number) => void;
}

/**
 * Fetches an archive once, whole, into a file that has no name: what is checked is what is read afterwards, however
 * often, whatever becomes of the archive in the vault meanwhile.
 * @throws Failure `space` before anything is fetched; `damaged` where it is not what the ledger stands for.
 */
export async function fetchPrivateCopy(options: CopyOptions): Promise<{ bytes: ArchiveBytes; file: FileHandle }> {
  const { vault, archive, directory, logger, count } = options;
  const { name, sizeBytes, sha256 } = archive;
  const file = await openUnnamed(directory);
  try {
    const room = await measureRoom(directory);
    if (room.freeBytes < sizeBytes + RESERVE_BYTES) {
      throw new Failure(
        'space',
        `${name} has to be fetched whole, ${formatBytes(sizeBytes)}, and ${directory} has ${describeRoom(room)}`,
        'Make room on that disk (state: in continuity.yml says where it is), then try again.',
      );
    }
    logger.info(`Fetching ${name} (${formatBytes(sizeBytes)}): of an archive of the former script all is needed.`);
    const hash = createHash('sha256');
    let done = 0;
    for await (const piece of await vault.readRanges(name, [{ offset: 0, length: sizeBytes }])) {
      const chunk = piece as Buffer;
      hash.update(chunk);
      await file.appendFile(chunk);
      count(chunk.length);
      logger.progress({ phase: `fetch ${name}`, done: (done += chunk.length), total: sizeBytes, unit: 'bytes' });
    }
    const found = hash.digest('hex');
    if (found !== sha256) {
      throw new Failure(
        'damaged',
        `${name} arrived with the SHA-256 ${found.slice(0, 12)}…, and was adopted with ${sha256.slice(0, 12)}…`,
        'Nothing was changed. Try again; if it happens again, restore another archive and look at the disk of the backup server.',
      );
    }
    return { bytes: await openArchiveBytes(file), file };
  } catch (error) {
    await file.close();
    throw error;
  }
}
