import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { SafeEntry } from '../../archive/entry-guard.ts';
import { extractEntries } from '../../archive/gnu-tar.ts';
import { readLines } from '../../archive/line-reader.ts';
import { formatTocLine, parseTocLine, type TocLine } from '../../archive/toc-line.ts';
import { alignDirectories } from '../../sources/files/align-directories.ts';
import { OWN_PREFIX } from '../../sources/files/file-source.ts';
import { removeTree, swapFiles } from '../../sources/files/swap-files.ts';
import type { ArchiveReader } from '../archive-reader.ts';
import { linesOf, type FilesPlan } from './files-plan.ts';
import type { FilesSwap } from './journal.ts';

/** Where a source's staged and kept entries go: inside its root, so that renaming them is never copying. */
export async function placeFilesSwap(
  source: string,
  path: string,
  id: string,
  workDirectory: string,
): Promise<FilesSwap> {
  await mkdir(path, { recursive: true });
  const root = await realpath(path);
  return {
    source,
    root,
    staged: join(root, `${OWN_PREFIX}new-${id}`),
    kept: join(root, `${OWN_PREFIX}kept-${id}`),
    removals: join(workDirectory, `${source}.removals`),
    directories: join(workDirectory, `${source}.directories`),
  };
}

/** Fetches what differs, checks it and extracts it into the staging directory; nothing live is touched. */
export async function stageFiles(archive: ArchiveReader, plan: FilesPlan, swap: FilesSwap): Promise<string[]> {
  await mkdir(swap.staged, { mode: 0o700 });
  await writeDirectories(archive, swap);
  const selection = await archive.select((name) => plan.wanted.has(name.toString('latin1')));
  const isWanted = ({ header }: SafeEntry): boolean => {
    const name = header.name.toString('latin1');
    return plan.wanted.has(name) || selection.linkTargets.has(name);
  };
  const entries = relativeTo(`${swap.source}/`, filter(archive.entries(selection), isWanted));
  const { notes } = await extractEntries({ entries, directory: swap.staged });
  return notes;
}

/** Carries a staged swap through; can be repeated until it returns. */
export async function swapStagedFiles(swap: FilesSwap): Promise<{ placed: number; removed: number }> {
  const root = Buffer.from(swap.root);
  const staged = Buffer.from(swap.staged);
  const removals = decodeNames(swap.removals);
  const counts = await swapFiles({ root, staged, kept: Buffer.from(swap.kept), removals });
  await removeTree(staged);
  await alignDirectories(root, swap.source, readDirectories(swap.directories));
  return counts;
}

/** Removes what was staged and never put in place. */
export async function discardStagedFiles(swap: FilesSwap): Promise<void> {
  await removeTree(Buffer.from(swap.staged));
  await rm(swap.removals, { force: true });
  await rm(swap.directories, { force: true });
}

async function writeDirectories(archive: ArchiveReader, { source, directories }: FilesSwap): Promise<void> {
  const file = createWriteStream(directories, { mode: 0o600 });
  for await (const line of linesOf(archive, source)) {
    if (line.type === 'dir' && !file.write(`${formatTocLine(line)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

async function* readDirectories(path: string): AsyncGenerator<TocLine, void, undefined> {
  for await (const lines of readLines(createReadStream(path))) yield* lines.map(parseTocLine);
}

async function* decodeNames(path: string): AsyncGenerator<Buffer, void, undefined> {
  for await (const lines of readLines(createReadStream(path))) {
    for (const line of lines) yield Buffer.from(line, 'base64');
  }
}

async function* filter<T>(items: AsyncIterable<T>, accepts: (item: T) => boolean): AsyncGenerator<T, void, undefined> {
  for await (const item of items) if (accepts(item)) yield item;
}

/** Entries named from within a source's folder, which itself is there already. */
async function* relativeTo(
  prefix: string,
  entries: AsyncIterable<SafeEntry>,
): AsyncGenerator<SafeEntry, void, undefined> {
  for await (const entry of entries) {
    const { header } = entry;
    const name = header.name.subarray(prefix.length);
    if (name.length === 0) continue;
    const linkName = header.type === 'hardlink' ? header.linkName?.subarray(prefix.length) : header.linkName;
    yield { ...entry, header: { ...header, name, ...(linkName ? { linkName } : {}) } };
  }
}
