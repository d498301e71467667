import { chmod, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveReader } from '../../src/operations/archive-reader.ts';
import { IndexCache } from '../../src/operations/backup/base-index.ts';
import { openVault } from '../../src/operations/open-vault.ts';
import type { Stage } from './stage.ts';

/**
 * Flips one bit of one byte in the middle of what an archive in the vault holds of a file, behind the vault's back, as
 * a failing disk does. Returns the byte's offset in the archive.
 */
export async function flipByteOf(
  { platform, vault }: Stage,
  summary: { name: string; index: string },
  entry: string,
): Promise<number> {
  const client = await openVault(platform, 'reader');
  let offset: number;
  try {
    const archive = await ArchiveReader.open(client, new IndexCache(platform.config.state), summary);
    const wanted = Buffer.from(entry);
    const [range] = (await archive.select((name) => name.equals(wanted))).ranges;
    if (!range) throw new Error(`${summary.name} holds no ${entry}`);
    offset = range.offset + Math.floor(range.length / 2);
  } finally {
    await client.close();
  }
  const path = join(vault, summary.name);
  const { mode } = await stat(path);
  // Archives are read-only even for their owner.
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, offset);
    byte[0] = (byte[0] ?? 0) ^ 0x01;
    await file.write(byte, 0, 1, offset);
  } finally {
    await file.close();
  }
  await chmod(path, mode & 0o7777);
  return offset;
}
