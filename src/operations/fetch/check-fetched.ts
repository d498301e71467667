import { open } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openArchiveBytes } from '../../archive/archive-bytes.ts';
import { verifyArchive } from '../../archive/verify-archive.ts';
import { Failure, messageOf } from '../../logging/failure.ts';

/**
 * Checks a fetched archive: ours in full against the index that the ledger names; a foreign one, which has none, by
 * what gzip itself can tell.
 *
 * @throws Failure with what is damaged.
 */
export async function checkFetched(path: string, name: string, index: string | undefined): Promise<void> {
  const damage = index === undefined ? await checkGzip(path) : await checkOwn(path, index);
  if (damage.length === 0) return;
  throw new Failure(
    'damaged',
    `${name} arrived damaged: ${damage.slice(0, 5).join('; ')}${damage.length > 5 ? ` and ${damage.length - 5} more` : ''}`,
    `Fetch it again; if it happens again, verify it where it lies: verify ${name} --level full.`,
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

async function checkGzip(path: string): Promise<string[]> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await pipeline(createReadStream(path), createGunzip(), nowhere);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}
