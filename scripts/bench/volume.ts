import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { runCommand } from '../../src/system/run-command.ts';
import { requireSuccess } from './require-success.ts';

export const fileSystems = ['ext4', 'xfs', 'btrfs'] as const;
export type FileSystem = (typeof fileSystems)[number];

/** A file system of its own, or a plain folder where nothing can be mounted. */
export interface Volume {
  readonly directory: string;
  /** Bytes in use, as `df` sees them: what is shared counts once. `isSettled`: after all is written out. */
  usedBytes(isSettled: boolean): Promise<number>;
  /** Gives what is free again back to the disk below. */
  trim(): Promise<void>;
  /** Ends its use; its image stays. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

const preparations: Record<FileSystem, string[]> = {
  // Tables are written when they are used, not at once and not behind our back.
  ext4: ['mkfs.ext4', '-q', '-F', '-m', '0', '-E', 'lazy_itable_init=1,lazy_journal_init=1'],
  xfs: ['mkfs.xfs', '-q', '-f', '-m', 'reflink=1'],
  btrfs: ['mkfs.btrfs', '-q', '-f'],
};
const mountOptions: Record<FileSystem, string> = { ext4: 'loop,noinit_itable', xfs: 'loop', btrfs: 'loop' };
/** XFS makes none that is smaller. */
const MINIMUM_BYTES = 400_000_000;

/** True where we may mount, which we find out by doing it. */
export async function canMount(scratch: string): Promise<boolean> {
  try {
    const volume = await mountVolume(`${scratch}/probe`, 'ext4', MINIMUM_BYTES);
    await volume.remove();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(`${scratch}/probe`, { recursive: true, force: true });
  }
}

/** Makes a file system in a sparse file beside its mount point, `directory`. */
export async function mountVolume(directory: string, fileSystem: FileSystem, sizeBytes: number): Promise<Volume> {
  const image = `${directory}.image`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(image, '');
  truncateSync(image, Math.max(sizeBytes, MINIMUM_BYTES));
  try {
    const [program = '', ...args] = preparations[fileSystem];
    await requireSuccess(program, [...args, image]);
    await requireSuccess('mount', ['-t', fileSystem, '-o', mountOptions[fileSystem], image, directory]);
  } catch (error) {
    rmSync(image, { force: true });
    throw error;
  }
  const stop = async () => {
    const { code } = await runCommand('umount', [directory]);
    // Somebody still stands in it: it goes when they do.
    if (code !== 0) await runCommand('umount', ['--lazy', directory]);
  };
  return {
    directory,
    async usedBytes(isSettled) {
      if (isSettled) await requireSuccess('sync', ['-f', directory]);
      const { blocks, bfree, bsize } = statfsSync(directory);
      return (blocks - bfree) * bsize;
    },
    async trim() {
      // Where that does not go, the image stays as large as it has been.
      await runCommand('fstrim', [directory]).catch(() => undefined);
    },
    stop,
    async remove() {
      await stop();
      rmSync(image, { force: true });
    },
  };
}

/** A folder that is measured file by file. */
export function openFolder(directory: string): Volume {
  mkdirSync(directory, { recursive: true });
  return {
    directory,
    async usedBytes() {
      return Number((await requireSuccess('du', ['-s', '-B1', directory])).split('\t')[0]);
    },
    trim: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    remove: async () => rmSync(directory, { recursive: true, force: true }),
  };
}
