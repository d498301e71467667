import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { extractEntries } from '../archive/gnu-tar.ts';
import { isKitEntry, TEXT_NAMES } from '../archive/layout.ts';
import type { KitRecord, Manifest } from '../archive/manifest.ts';
import type { PathChoice } from '../archive/path-choice.ts';
import { Failure, messageOf } from '../logging/failure.ts';
import type { Platform } from './platform.ts';
import { choose, confirmPaths, refuseCovered, type Chosen } from './restore/choose.ts';
import { requireRoom } from './restore/require-room.ts';
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
  /** Names of sources, or of single dumps; everything in the archive without, unless there are paths. */
  select?: readonly string[];
  /** What lies there, whatever it is, besides what is selected. */
  paths?: PathChoice;
  /** Empty, or not there yet. */
  directory: string;
  /** Stop after having looked. */
  dryRun?: boolean;
}

/**
 * Unpacks an archive, or parts of it, into an empty folder: files, dumps, manifest. Nothing live is touched.
 * @throws Failure `usage` where nothing lies at a path that was asked for.
 */
export async function extractArchive(platform: Platform, options: ExtractOptions): Promise<ExtractResult> {
  const directory = resolve(options.directory);
  return await withArchive(platform, options.archive, async (archive) => {
    const manifest = await archive.manifest();
    const { paths } = options;
    const chosen = choosePieces(manifest, options);
    const found = paths ? await confirmPaths(archive, paths) : new Map<string, number>();
    // What the former script, or somebody by hand, put into it may be worth having though nobody configured it.
    const isAll = archive.isForeign && !options.select && !paths;
    const wants = isAll ? () => true : matcherOf(chosen, paths);
    const looked = { archive: archive.name, directory, parts: listParts(chosen, manifest, { paths, found }) };
    await refuseFilledFolder(directory);
    if (options.dryRun) {
      return { ...looked, done: false, entries: 0, bytes: 0, fetchedBytes: archive.fetchedBytes, notes: [] };
    }
    if (archive.isForeign) await requireRoom(directory, (await archive.select(wants)).contentBytes);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const unpacked = await extractEntries({ entries: archive.entries(wants), directory });
    const { entries, bytes, notes } = unpacked;
    const parts = { databases: chosen.databases.map(([key]) => key), files: chosen.files.map(({ source }) => source) };
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

/** The recovery kit is there where the archive has one, and nothing was chosen. */
interface Pieces extends Chosen {
  kit: KitRecord | undefined;
}

/** What is wanted as a whole. */
function choosePieces(manifest: Manifest, { select, paths }: ExtractOptions): Pieces {
  if (!select && paths) return { databases: [], files: [], kit: undefined };
  const pieces = choose(manifest, { select });
  if (paths) refuseCovered(paths, pieces.files);
  return { ...pieces, kit: select ? undefined : manifest.kit };
}

function matcherOf({ databases, files, kit }: Pieces, paths: PathChoice | undefined): (name: Buffer) => boolean {
  const isAll = databases.length + files.length > 0 || !paths;
  const single = new Set<string>(isAll ? TEXT_NAMES : []);
  for (const [, { dump, source }] of databases) single.add(dump).add(`db/globals-${source}.sql`);
  const folders = files.map(({ source }) => Buffer.from(`${source}/`));
  return (name) =>
    single.has(name.toString('latin1')) ||
    (kit !== undefined && isKitEntry(name.toString('latin1'))) ||
    folders.some((folder) => name.subarray(0, folder.length).equals(folder)) ||
    (paths?.includes(name) ?? false);
}

/** What is wanted as a whole, then what of the rest lies at the paths. */
function listParts(
  { databases, files, kit }: Pieces,
  manifest: Manifest,
  { paths, found }: { paths: PathChoice | undefined; found: ReadonlyMap<string, number> },
): ExtractResult['parts'] {
  const dumps = Object.entries(manifest.databases).filter(
    ([key, { dump }]) => databases.some(([other]) => other === key) || paths?.includes(Buffer.from(dump)),
  );
  const atPaths = [...found].filter(([source]) => source in manifest.files);
  return [
    ...dumps.map(([name, { sizeBytes }]) => ({ name, kind: 'database' as const, bytes: sizeBytes })),
    ...files.map(({ source }) => ({
      name: source,
      kind: 'files' as const,
      bytes: manifest.files[source]?.bytes ?? 0,
    })),
    ...atPaths.map(([name, bytes]) => ({ name, kind: 'files' as const, bytes })),
    ...(kit ? [{ name: 'kit', kind: 'kit' as const, bytes: sumSizes(kit) }] : []),
    ...(found.has('kit') ? [{ name: 'kit', kind: 'kit' as const, bytes: found.get('kit') ?? 0 }] : []),
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
