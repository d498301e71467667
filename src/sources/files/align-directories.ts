import { lstat } from 'node:fs/promises';
import { TarProcess } from '../../archive/tar-process.ts';
import { encodeTarHeader } from '../../archive/tar-header.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { joinBytes, withReachablePath } from '../../system/long-path.ts';

/** Longer names are left as they are: their folders came whole, with their times, or have not been touched. */
const LONGEST_NAME_BYTES = 3500;

/**
 * Gives folders the modes, owners and times that the archive has for them, after entries in them were renamed. GNU tar
 * does it, from headers alone: nothing else sets times to the nanosecond. Can be repeated.
 */
export async function alignDirectories(
  root: Buffer,
  source: string,
  directories: AsyncIterable<TocLine>,
): Promise<void> {
  const tar = await TarProcess.start(root, process.getuid?.() === 0);
  try {
    for await (const { name, mode = 0o755, uid = 0, gid = 0, mtimeNs = 0n } of directories) {
      const relative = name.subarray(source.length + 1);
      const path = relative.length === 0 ? root : joinBytes(root, relative.subarray(0, -1));
      if (relative.length > LONGEST_NAME_BYTES) continue;
      const live = await withReachablePath(path, (reachable) => lstat(reachable, { bigint: true })).catch(() => undefined);
      // Whoever removed or replaced it since has the last word.
      if (!live?.isDirectory()) continue;
      const isSame =
        live.mtimeNs === mtimeNs && Number(live.mode & 0o7777n) === mode && Number(live.uid) === uid && Number(live.gid) === gid;
      if (isSame) continue;
      const own = relative.length === 0 ? Buffer.from('./') : relative;
      await tar.write(encodeTarHeader({ name: own, type: 'dir', mode, uid, gid, mtimeNs, size: 0 }));
    }
    await tar.finish();
  } catch (error) {
    await tar.abort();
    throw error;
  }
}
