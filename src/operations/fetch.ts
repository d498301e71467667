import { createWriteStream } from 'node:fs';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../logging/failure.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';
import { checkFetched } from './fetch/check-fetched.ts';
import { countBytes } from './fetch/count-bytes.ts';

export interface FetchResult {
  archive: string;
  path: string;
  sizeBytes: number;
  /** Bytes that had been fetched by an earlier, interrupted run. */
  resumedBytes: number;
}

/**
 * Fetches a whole archive into a folder, going on where an earlier attempt stopped. It gets its name only when its index
 * and every extent have been checked, or all of it where it has no index.
 */
export async function fetch(platform: Platform, options: { archive: string; directory: string }): Promise<FetchResult> {
  const { logger } = platform;
  const directory = resolve(options.directory);
  const vault = await openVault(platform, 'reader');
  try {
    const summary = resolveArchive(options.archive, await vault.status());
    const { name, sizeBytes } = summary;
    await mkdir(directory, { recursive: true });
    const path = join(directory, name);
    if ((await sizeOf(path)) !== undefined) {
      throw new Failure('refused', `${path} exists already`, 'Remove it, or fetch into another folder.');
    }
    const part = `${path}.part`;
    let resumedBytes = (await sizeOf(part)) ?? 0;
    if (resumedBytes > sizeBytes) {
      await rm(part);
      resumedBytes = 0;
    }
    if (resumedBytes < sizeBytes) {
      const body = await vault.readRanges(name, [{ offset: resumedBytes, length: sizeBytes - resumedBytes }]);
      const counted = countBytes((bytes) => {
        logger.progress({ phase: `fetch ${name}`, done: resumedBytes + bytes, total: sizeBytes, unit: 'bytes' });
      });
      await pipeline(body, counted, createWriteStream(part, { flags: 'a', mode: 0o600 }));
    }
    await checkFetched(part, summary).catch(async (error: unknown) => {
      await rm(part, { force: true });
      throw error;
    });
    await syncFile(part);
    await link(part, path);
    await rm(part);
    return { archive: name, path, sizeBytes, resumedBytes };
  } finally {
    await vault.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
