import { lstat, rmdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SafeEntry } from '../../archive/entry-guard.ts';
import { restoreTime } from '../../archive/file-touches.ts';
import { extractEntries } from '../../archive/gnu-tar.ts';
import { formatTocLine } from '../../archive/toc-line.ts';
import { Failure } from '../../logging/failure.ts';
import { alignDirectories } from '../../sources/files/align-directories.ts';
import { inodeOf, makeOwn, openOwn, type OwnInodes } from '../../sources/files/own-folder.ts';
import { removeTree, swapFiles, type SwapOptions } from '../../sources/files/swap-files.ts';
import { isInContainer } from '../../system/container-path.ts';
import { withReachablePath } from '../../system/long-path.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import type { OpenArchive } from '../open-archive.ts';
import { describeDirectories } from './directory-lines.ts';
import type { FilesPlan } from './files-plan.ts';
import type { FilesSwap } from './journal.ts';
import { mapEach, readFolders, readNames, writeList } from './lists.ts';
import { directoriesPathOf, keptPathOf, removalsPathOf, stagedPathOf } from './own-paths.ts';
import { resolveRoot } from './resolve-root.ts';
import { adviseOthers } from './stage-damage.ts';

/** Where a source's staged and kept entries go. Only looks. */
export async function placeFilesSwap(
  { source, path, container }: Pick<FilesPlan, 'source' | 'path' | 'container'>,
  id: string,
  state: string,
): Promise<FilesSwap> {
  const { root, isNew } = await resolveRoot(path);
  // Whatever went wrong on the way there: what is meant for a container is not to be put on this host.
  if (isInContainer(root) !== isInContainer(path)) throw new Error(`${path} was resolved to ${root}`);
  const look = (reachable: Buffer) => lstat(reachable, { bigint: true });
  return {
    source,
    root,
    ...(container === undefined ? {} : { container }),
    isRootNew: isNew,
    ...(isNew ? {} : { rootMtimeNs: String((await withReachablePath(Buffer.from(root), look)).mtimeNs) }),
    staged: stagedPathOf(root, id),
    kept: keptPathOf(root, id),
    removals: removalsPathOf(state, id, source),
    directories: directoriesPathOf(state, id, source),
  };
}

/**
 * Fetches what differs, checks it and extracts it into the staging directory; nothing live is touched. The directory is
 * reached through its descriptor: who owns the live folder may rename it, and put a link to elsewhere in its place.
 *
 * Where the swap knows its folders, what an earlier plan wanted is in them already. Of a file with several names, all
 * that were chosen are wanted or none, so that nothing has to be linked to what is there.
 */
export async function stageFiles(
  archive: OpenArchive,
  plan: StagedPart,
  swap: FilesSwap,
): Promise<{ notes: string[]; inodes: OwnInodes }> {
  const goesOn = swap.inodes !== undefined;
  const { staged, inodes } = await openOwnFolders(swap);
  try {
    await writeDirectories(archive, plan, swap);
    const wants = (name: Buffer): boolean => plan.wanted.has(name.toString('latin1'));
    const entries = relativeTo(`${swap.source}/`, withoutTorn(archive.entries(wants), plan.torn));
    const directory = `/proc/self/fd/${staged.handle.fd}`;
    const { notes } = await extractEntries({ entries, directory, goesOn }).catch((error: unknown) => {
      throw explainFullDisk(error, swap.root);
    });
    return { notes, inodes };
  } catch (error) {
    throw adviseOthers(error, swap.source);
  } finally {
    await staged.close();
  }
}

/** What of a plan its staging needs. */
type StagedPart = Pick<FilesPlan, 'source' | 'paths' | 'wanted' | 'torn'>;

/**
 * Makes sure that what was staged is where the swap will look for it: a folder that is gone by then counts as done.
 * @throws Failure `source` where it is not, `refused` where another folder has its name.
 */
export async function confirmStaged({ staged, kept, inodes }: FilesSwap): Promise<void> {
  for (const [path, inode] of [
    [staged, inodes?.staged],
    [kept, inodes?.kept],
  ] as const) {
    const folder = await openOwn(Buffer.from(path), inode);
    if (!folder) throw new Failure('source', `${path} is gone: somebody moved it`, 'Find out who, then restore again.');
    await folder.close();
  }
}

/** GNU tar says which entries did not fit, not on which disk. */
function explainFullDisk(error: unknown, root: string): unknown {
  if (!(error instanceof Failure) || error.kind !== 'space') return error;
  return new Failure(
    'space',
    `the disk of ${root} was full before everything was staged there: nothing was replaced`,
    'Make room (or inodes, see df -i) on that disk, then run the restore again.',
    { cause: error },
  );
}

/** A swap as it is done, and looked at. */
export function swapOf({ root, staged, kept, inodes, removals }: FilesSwap): SwapOptions {
  const [live, fresh, old] = [Buffer.from(root), Buffer.from(staged), Buffer.from(kept)];
  return { root: live, staged: fresh, kept: old, inodes, removals: readNames(removals) };
}

/** Puts what is staged in place, and moves away what is to go; can be repeated until it returns. */
export async function swapStagedFiles(swap: FilesSwap): Promise<{ placed: number; removed: number }> {
  const options = swapOf(swap);
  const counts = await swapFiles(options);
  await removeTree(options.staged);
  return counts;
}

/** Gives folders their times, modes and owners after it; can be repeated. */
export async function alignSwapped({ root, source, directories }: FilesSwap): Promise<void> {
  await alignDirectories(Buffer.from(root), source, readFolders(directories));
}

/**
 * Removes what was staged and never put in place, unless it `staysStaged`; its lists go with the restore's work
 * directory.
 */
export async function discardStagedFiles(swap: FilesSwap, staysStaged = false): Promise<void> {
  const root = await OpenFolder.open(Buffer.from(swap.root));
  if (!root) return;
  try {
    const paths = staysStaged ? [swap.kept] : [swap.staged, swap.kept];
    const found = await Promise.all(paths.map((path) => root.look(Buffer.from(basename(path)))));
    for (const path of paths) await removeTree(Buffer.from(path));
    const isTouched = found.some((stat) => stat !== undefined);
    if (isTouched && swap.rootMtimeNs !== undefined) await restoreTime(root.handle, BigInt(swap.rootMtimeNs));
  } finally {
    await root.close();
  }
  // Only where nobody has put anything there since.
  if (swap.isRootNew) await withReachablePath(Buffer.from(swap.root), rmdir).catch(() => undefined);
}

/** Both are made at once: where the kept folder is missing later, it is not the folder that was staged in. */
async function openOwnFolders(swap: FilesSwap): Promise<{ staged: OpenFolder; inodes: OwnInodes }> {
  const root = await makeFolder(swap.root);
  try {
    const open = async (path: Buffer, inode?: string) =>
      root && (inode === undefined ? await makeOwn(root, path) : await openOwn(path, inode));
    const kept = await open(Buffer.from(swap.kept), swap.inodes?.kept);
    const ofKept = kept && (await inodeOf(kept).finally(() => kept.close()));
    const staged = await open(Buffer.from(swap.staged), swap.inodes?.staged);
    if (staged && ofKept !== undefined) return { staged, inodes: { kept: ofKept, staged: await inodeOf(staged) } };
    await staged?.close();
  } finally {
    await root?.close();
  }
  throw new Failure('source', `${swap.root} is no folder to restore into`, 'Check that it is mounted.');
}

/** Notes down what the swap gives folders at its end, as late as can be: others may be at work in those above it. */
export async function writeDirectories(
  archive: OpenArchive,
  part: Pick<FilesPlan, 'source' | 'paths'>,
  swap: FilesSwap,
): Promise<void> {
  await writeList(swap.directories, mapEach(describeDirectories(archive, part, swap), formatTocLine));
}

/** A torn file goes by its first chosen name, and those to be linked to it are linked to that. */
async function* withoutTorn(
  entries: AsyncIterable<SafeEntry>,
  torn: ReadonlyMap<string, Buffer>,
): AsyncGenerator<SafeEntry, void, undefined> {
  for await (const entry of entries) {
    const { header } = entry;
    const first = torn.get((header.type === 'hardlink' ? header.linkName : header.name)?.toString('latin1') ?? '');
    if (!first) yield entry;
    else if (header.type !== 'hardlink') yield { ...entry, header: { ...header, name: first } };
    else if (!header.name.equals(first)) yield { ...entry, header: { ...header, linkName: first } };
  }
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
