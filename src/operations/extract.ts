import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { extractEntries } from '../archive/gnu-tar.ts';
import { MANIFEST_NAME, README_NAME } from '../archive/layout.ts';
import { Failure } from '../logging/failure.ts';
import { ArchiveReader } from './archive-reader.ts';
import { IndexCache } from './backup/base-index.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';
import { choose, type Chosen } from './restore/restore-plan.ts';

export interface ExtractResult {
  archive: string;
  directory: string;
  entries: number;
  bytes: number;
  fetchedBytes: number;
  notes: string[];
}

/** Unpacks an archive, or parts of it, into an empty folder: files, dumps, manifest. Nothing live is touched. */
export async function extractArchive(
  platform: Platform,
  options: { archive: string; select?: readonly string[]; directory: string },
): Promise<ExtractResult> {
  const directory = resolve(options.directory);
  const vault = await openVault(platform, 'reader');
  try {
    const summary = resolveArchive(options.archive, await vault.status());
    const archive = await ArchiveReader.open(vault, new IndexCache(platform.config.state), summary);
    const isWanted = matcherOf(choose(await archive.manifest(), options.select));
    await makeEmptyFolder(directory);
    const { entries, bytes, notes } = await extractEntries({ entries: archive.entries(isWanted), directory });
    return { archive: archive.name, directory, entries, bytes, fetchedBytes: archive.fetchedBytes, notes };
  } finally {
    await vault.close();
  }
}

function matcherOf({ databases, files }: Chosen): (name: Buffer) => boolean {
  const single = new Set([README_NAME, MANIFEST_NAME]);
  for (const [, { dump, source }] of databases) single.add(dump).add(`db/globals-${source}.sql`);
  const folders = files.map((source) => Buffer.from(`${source}/`));
  return (name) =>
    single.has(name.toString('latin1')) || folders.some((folder) => name.subarray(0, folder.length).equals(folder));
}

async function makeEmptyFolder(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length === 0) return;
  throw new Failure('refused', `${directory} is not empty`, 'Name an empty folder, or one that does not exist.');
}
