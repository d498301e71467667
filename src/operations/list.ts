import type { PathChoice } from '../archive/path-choice.ts';
import type { TocLine } from '../archive/toc-line.ts';
import { formatTime } from '../archive/toc-line.ts';
import { Failure } from '../logging/failure.ts';
import type { ArchiveSummary } from '../vault/vault-client.ts';
import type { OpenArchive } from './open-archive.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';
import { openArchive } from './with-archive.ts';

/** All archives in the vault, newest first. */
export async function list(platform: Platform): Promise<ArchiveSummary[]> {
  const vault = await openVault(platform, 'writer');
  try {
    return (await vault.status()).archives.sort((a, b) => (a.sealed < b.sealed ? 1 : -1));
  } finally {
    await vault.close();
  }
}

/** One entry of an archive. */
export interface ListedEntry {
  /** Decoded with replacement where it is not UTF-8; `nameBytes` then has it in base64. */
  name: string;
  nameBytes?: string;
  type: TocLine['type'];
  sizeBytes: number;
  /** Four octal digits. */
  mode: string;
  uid: number;
  gid: number;
  modified: string;
  linkName?: string;
}

/** The entries of an archive that a path or glob names, and all below; all of them without one. Needs its index alone. */
export async function listEntries(
  platform: Platform,
  { archive: request, paths }: { archive: string; paths?: PathChoice },
): Promise<{ archive: string; entries: AsyncIterable<ListedEntry>; close: () => Promise<void> }> {
  const vault = await openVault(platform, 'reader');
  try {
    const summary = resolveArchive(request, await vault.status());
    const archive = await openArchive(platform, vault, summary);
    const close = () => archive.close().finally(() => vault.close());
    return { archive: archive.name, entries: matching(archive, paths), close };
  } catch (error) {
    await vault.close();
    throw error;
  }
}

/** A failure for a path at which an archive holds nothing. */
export function refuseMissingPath(archive: string, path = ''): Failure {
  const next = `Paths begin with a source or db/: ls ${archive} lists them all.`;
  return new Failure('usage', `${archive} holds nothing at ${JSON.stringify(path.slice(0, 200))}`, next);
}

async function* matching(
  archive: OpenArchive,
  paths: PathChoice | undefined,
): AsyncGenerator<ListedEntry, void, undefined> {
  let isFound = false;
  for await (const line of archive.lines()) {
    if (paths && !paths.includes(line.name)) continue;
    isFound = true;
    yield describe(line);
  }
  if (isFound) return;
  throw refuseMissingPath(archive.name, paths?.texts[0]);
}

function describe({ name, type, size = 0, mode = 0, uid = 0, gid = 0, mtimeNs = 0n, linkName }: TocLine): ListedEntry {
  const text = name.toString('utf8');
  return {
    name: text,
    ...(Buffer.from(text).equals(name) ? {} : { nameBytes: name.toString('base64') }),
    type,
    sizeBytes: size,
    mode: mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    modified: formatTime(mtimeNs),
    ...(linkName ? { linkName: linkName.toString('utf8') } : {}),
  };
}
