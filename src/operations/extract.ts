import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAtOrBelow } from '../archive/entry-names.ts';
import { extractEntries } from '../archive/gnu-tar.ts';
import { isKitEntry, TEXT_NAMES } from '../archive/layout.ts';
import type { KitRecord, Manifest } from '../archive/manifest.ts';
import { Failure, messageOf } from '../logging/failure.ts';
import { requireRoom } from './foreign/require-room.ts';
import { refuseMissingPath } from './list.ts';
import type { Platform } from './platform.ts';
import { choose, type Chosen } from './restore/restore-plan.ts';
import { withArchive } from './with-archive.ts';

/** Sizes in bytes. */
export interface ExtractResult {
  archive: string;
  directory: string;
  /** False after a dry run: nothing was unpacked. */
  done: boolean;
  /** What was chosen, as the manifest knows it: dumps, file sources, the recovery kit where all is wanted. */
  parts: { name: string; kind: 'database' | 'files' | 'kit'; bytes: number }[];
  entries: number;
  bytes: number;
  fetchedBytes: number;
  notes: string[];
}

export interface ExtractOptions {
  /** Name, date or `latest`. */
  archive: string;
  /** Names of sources, or of single dumps; everything in the archive without. */
  select?: readonly string[];
  /** Only what lies at or below this path in the archive, such as `uploads/student_0042/report.pdf`. */
  path?: string;
  /** Empty, or not there yet. */
  directory: string;
  /** Stop after having looked. */
  dryRun?: boolean;
}

/**
 * Unpacks an archive, or parts of it, into an empty folder: files, dumps, manifest. Nothing live is touched.
 * @throws Failure `usage` where nothing lies at the path that was asked for.
 */
export async function extractArchive(platform: Platform, options: ExtractOptions): Promise<ExtractResult> {
  const directory = resolve(options.directory);
  return await withArchive(platform, options.archive, async (archive) => {
    const manifest = await archive.manifest();
    const path = Buffer.from((options.path ?? '').replace(/\/+$/, ''));
    const chosen = narrow(
      { ...choose(manifest, options.select), kit: options.select ? undefined : manifest.kit },
      path,
    );
    // What the former script, or somebody by hand, put into it may be worth having though nobody configured it.
    const matches = archive.isForeign && !options.select ? () => true : matcherOf(chosen);
    const wants = path.length === 0 ? matches : (name: Buffer) => matches(name) && isAtOrBelow(name, path);
    const looked = { archive: archive.name, directory, parts: listParts(chosen, manifest) };
    await refuseFilledFolder(directory);
    if (options.dryRun) {
      return { ...looked, done: false, entries: 0, bytes: 0, fetchedBytes: archive.fetchedBytes, notes: [] };
    }
    if (archive.isForeign) await requireRoom(directory, (await archive.select(wants)).contentBytes);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unpacked = await extractEntries({ entries: archive.entries(wants), directory });
    const { entries, bytes, notes } = unpacked;
    if (entries === 0) throw refuseMissingPath(archive.name, options.path);
    const parts = { databases: chosen.databases.map(([key]) => key), files: chosen.files };
    const { damage = [], warnings = [] } = archive.appraisal?.judge(parts) ?? {};
    return {
      ...looked,
      done: true,
      entries,
      bytes,
      fetchedBytes: archive.fetchedBytes,
      notes: [...notes, ...damage, ...warnings],
    };
  });
}

/** The recovery kit is there where the archive has one, and no sources were chosen. */
interface ChosenParts extends Chosen {
  kit: KitRecord | undefined;
}

/** Those parts that may hold a path. */
function narrow({ databases, files, kit }: ChosenParts, path: Buffer): ChosenParts {
  if (path.length === 0) return { databases, files, kit };
  return {
    databases: databases.filter(([, { dump }]) => isAtOrBelow(Buffer.from(dump), path)),
    files: files.filter((source) => isAtOrBelow(path, Buffer.from(source))),
    kit: isAtOrBelow(path, Buffer.from('kit')) ? kit : undefined,
  };
}

function matcherOf({ databases, files, kit }: ChosenParts): (name: Buffer) => boolean {
  const single = new Set(TEXT_NAMES);
  for (const [, { dump, source }] of databases) single.add(dump).add(`db/globals-${source}.sql`);
  const folders = files.map((source) => Buffer.from(`${source}/`));
  return (name) =>
    single.has(name.toString('latin1')) ||
    (kit !== undefined && isKitEntry(name.toString('latin1'))) ||
    folders.some((folder) => name.subarray(0, folder.length).equals(folder));
}

function listParts({ databases, files, kit }: ChosenParts, manifest: Manifest): ExtractResult['parts'] {
  return [
    ...databases.map(([name, { sizeBytes }]) => ({ name, kind: 'database' as const, bytes: sizeBytes })),
    ...files.map((name) => ({ name, kind: 'files' as const, bytes: manifest.files[name]?.bytes ?? 0 })),
    ...(kit ? [{ name: 'kit', kind: 'kit' as const, bytes: sumSizes(kit) }] : []),
  ];
}

function sumSizes({ entries }: KitRecord): number {
  return Object.values(entries).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** @throws Failure `refused` where something lies there already. */
export async function refuseFilledFolder(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new Failure('refused', `cannot unpack into ${directory}: ${messageOf(error)}`, 'Name another folder.');
  });
  if (names.length === 0) return;
  throw new Failure('refused', `${directory} is not empty`, 'Name an empty folder, or one that does not exist.');
}
