import { encodeTarHeader } from '../../archive/tar-header.ts';
import { TarProcess } from '../../archive/tar-process.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { OpenFolder } from '../../system/open-folder.ts';

/** Folders that are held open at a time, for one tar. */
const BATCH = 200;

/**
 * Gives folders the modes, owners and times that the archive has for them, after entries in them were renamed. GNU tar
 * does it, from headers alone: nothing else sets times to the nanosecond. Can be repeated.
 *
 * To tar each folder is the number of our open descriptor: no name of the live tree is resolved twice, and none is too
 * long.
 */
export async function alignDirectories(
  root: Buffer,
  source: string,
  directories: AsyncIterable<TocLine>,
): Promise<void> {
  const top = await OpenFolder.open(root);
  if (!top) return;
  const batch: { folder: OpenFolder; line: TocLine }[] = [];
  try {
    for await (const line of directories) {
      const folder = await top.reach(line.name.subarray(source.length + 1));
      // Whoever removed or replaced it since has the last word.
      if (!folder) continue;
      if (await isAligned(folder, line)) await folder.close();
      else batch.push({ folder, line });
      if (batch.length >= BATCH) await alignAll(batch);
    }
    if (batch.length > 0) await alignAll(batch);
  } finally {
    for (const { folder } of batch) await folder.close();
    await top.close();
  }
}

async function isAligned(
  folder: OpenFolder,
  { mode = 0o755, uid = 0, gid = 0, mtimeNs = 0n }: TocLine,
): Promise<boolean> {
  const live = await folder.handle.stat({ bigint: true });
  return (
    live.mtimeNs === mtimeNs &&
    Number(live.mode & 0o7777n) === mode &&
    Number(live.uid) === uid &&
    Number(live.gid) === gid
  );
}

/** Leaves the batch empty and its folders closed. */
async function alignAll(batch: { folder: OpenFolder; line: TocLine }[]): Promise<void> {
  const tar = await TarProcess.start(Buffer.from(`/proc/${process.pid}/fd`), process.getuid?.() === 0);
  try {
    for (const { folder, line } of batch) {
      const { mode = 0o755, uid = 0, gid = 0, mtimeNs = 0n } = line;
      const name = Buffer.from(`${folder.handle.fd}/./`);
      await tar.write(encodeTarHeader({ name, type: 'dir', mode, uid, gid, mtimeNs, size: 0 }));
    }
    await tar.finish();
  } catch (error) {
    await tar.abort();
    throw error;
  }
  for (const { folder } of batch.splice(0)) await folder.close();
}
