import { constants, copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ALIGNMENT } from '../../archive/layout.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import { isDiskFull } from '../../system/disk-room.ts';
import { runCommand, type CommandResult } from '../../system/run-command.ts';
import type { Store } from './layout.ts';

/** Bytes of an older archive that a new file is to share. All three numbers are multiples of 4096. */
export interface SharedRange {
  source: string;
  sourceOffset: number;
  targetOffset: number;
  length: number;
}

/** What this vault's disk and programs can do. */
export interface Sharing {
  isPossible: boolean;
  warnings: string[];
}

/** Names of the files by which sharing is tried. */
export const PROBE_PREFIX = 'probe-';

/** A plain account's PATH on Debian has no sbin. */
const PROGRAMS = ['xfs_io', '/usr/sbin/xfs_io', '/sbin/xfs_io'];
/** Two lines for each range. */
const BYTES_PER_ANSWER = 512;
const LINKED = /^linked (\d+)\/(\d+) bytes at offset (\d+)$/;

const known = new Map<string, Promise<Sharing>>();

/**
 * Whether archives of this vault can share extents; tried once in the life of a process.
 * @throws the system's error where the disk is too full to try: that says nothing of another time.
 */
export function detectSharing(store: Store): Promise<Sharing> {
  let answer = known.get(store.directory);
  if (!answer) {
    known.set(store.directory, (answer = trySharing(store)));
    answer.catch(() => known.delete(store.directory));
  }
  return answer;
}

/** The same for whoever only tells about it. */
export async function describeSharing(store: Store): Promise<Sharing> {
  return await detectSharing(store).catch((error: unknown) => {
    const warning = `the disk is too full to find out whether archives can share extents (${messageOf(error)})`;
    return { isPossible: false, warnings: [warning] };
  });
}

/**
 * Makes `target` share ranges of archives, all in one call of xfs_io. Paths count from the vault's directory.
 * @throws Failure `vault` unless every range was linked from its first to its last byte; ENOSPC where the disk is full.
 */
export async function shareRanges(store: Store, target: string, ranges: readonly SharedRange[]): Promise<void> {
  if (ranges.length === 0) return;
  const lines = ranges.map(({ source, sourceOffset, targetOffset, length }) => {
    if ([sourceOffset, targetOffset, length].some((number) => number % ALIGNMENT !== 0)) {
      throw new RangeError(`an extent at ${sourceOffset} is not aligned`);
    }
    return `reflink ${source} ${sourceOffset} ${targetOffset} ${length}\n`;
  });
  const { code, stdout, stderr } = await runXfsIo(store, [target], lines);
  const linked = stdout.split('\n').filter((line) => line.startsWith('linked '));
  // The exit code alone says nothing: xfs_io goes on after a range that failed, and leaves a hole.
  const isWhole = linked.length === ranges.length && ranges.every((range, at) => isLinked(linked[at], range));
  if (code === 0 && isWhole) return;
  if (/no space left|quota exceeded/i.test(stderr)) {
    throw Object.assign(new Error(`sharing extents: ${stderr.trim().split('\n')[0]}`), { code: 'ENOSPC' });
  }
  throw new Failure(
    'vault',
    `sharing extents failed after ${linked.length} of ${ranges.length} ranges (${stderr.trim().split('\n')[0] || `exit ${code}`})`,
    'Nothing was sealed. Look at the disk of the backup server (dmesg), then run the backup again.',
  );
}

function isLinked(line: string | undefined, { targetOffset, length }: SharedRange): boolean {
  const match = LINKED.exec(line ?? '');
  return match !== null && [length, length, targetOffset].every((expected, at) => match[at + 1] === String(expected));
}

async function trySharing(store: Store): Promise<Sharing> {
  const source = join(store.assembly, `${PROBE_PREFIX}${process.pid}`);
  const target = `${source}.shared`;
  try {
    // In the middle of both files, as nearly all extents are: at a file's end, less than a block of the disk's may be shared.
    const range = { sourceOffset: ALIGNMENT, targetOffset: ALIGNMENT, length: ALIGNMENT };
    await writeFile(source, Buffer.alloc(3 * ALIGNMENT, 1), { mode: 0o600 });
    const hasReflink = await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE).then(
      () => true,
      (error: unknown) => (isDiskFull(error) ? Promise.reject(error as Error) : false),
    );
    await writeFile(target, Buffer.alloc(3 * ALIGNMENT));
    const relative = (path: string): string => path.slice(store.directory.length + 1);
    if (hasReflink) await shareRanges(store, relative(target), [{ ...range, source: relative(source) }]);
    else await runXfsIo(store, ['-V'], []);
    return { isPossible: hasReflink, warnings: hasReflink ? [] : [noReflink] };
  } catch (error) {
    if (isDiskFull(error)) throw error;
    return {
      isPossible: false,
      warnings: [error instanceof MissingProgram ? noProgram : `${noSharing}: ${String(error)}`],
    };
  } finally {
    await rm(source, { force: true });
    await rm(target, { force: true });
  }
}

const noSharing = 'archives share nothing, each one takes its full size';
const noReflink = `${noSharing}: the file system has no reflink (XFS and Btrfs have)`;
const noProgram = `${noSharing}: the program xfs_io is missing (Debian package xfsprogs)`;

class MissingProgram extends Error {}

async function runXfsIo(store: Store, options: readonly string[], lines: readonly string[]): Promise<CommandResult> {
  for (const program of PROGRAMS) {
    try {
      return await runCommand(program, options, {
        cwd: store.directory,
        input: lines.join(''),
        maximumOutputBytes: 64 * 1024 + lines.length * BYTES_PER_ANSWER,
      });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
      if (cause?.code !== 'ENOENT') throw error;
    }
  }
  throw new MissingProgram('xfs_io is not installed');
}
