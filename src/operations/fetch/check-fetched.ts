import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { openArchiveBytes } from '../../archive/archive-bytes.ts';
import { verifyArchive } from '../../archive/verify-archive.ts';
import { Failure } from '../../logging/failure.ts';
import type { ArchiveSummary } from '../../vault/vault-client.ts';

/**
 * Checks a fetched archive: ours in full against the index that the ledger names; a foreign one, which has none, by
 * the digest of the whole.
 *
 * @throws Failure with what is damaged.
 */
export async function checkFetched(
  path: string,
  { name, index, sha256 }: Pick<ArchiveSummary, 'name' | 'index' | 'sha256'>,
): Promise<void> {
  const damage = index === undefined ? await checkWhole(path, sha256) : await checkOwn(path, index);
  if (damage.length === 0) return;
  throw new Failure(
    'damaged',
    `${name} arrived damaged: ${damage.slice(0, 5).join('; ')}${damage.length > 5 ? ` and ${damage.length - 5} more` : ''}`,
    index === undefined
      ? 'Fetch it again; if it happens again, look at the disk of the backup server.'
      : `Fetch it again; if it happens again, verify it where it lies: verify ${name} --level full.`,
  );
}

async function checkOwn(path: string, index: string): Promise<string[]> {
  const file = await open(path);
  try {
    const { damage } = await verifyArchive({ archive: await openArchiveBytes(file), index });
    return damage.map(({ where, what }) => `${where}: ${what}`);
  } finally {
    await file.close();
  }
}

async function checkWhole(path: string, expected: string | undefined): Promise<string[]> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex') === expected ? [] : ['its SHA-256 is not the one with which it was adopted'];
}
