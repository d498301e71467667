import { createHash } from 'node:crypto';
import type { Fingerprints } from '../../src/archive/manifest.ts';
import { silent } from '../../src/logging/logger.ts';
import { connectMatching } from '../../src/sources/postgres/by-url.ts';
import { dumpDatabase } from '../../src/sources/postgres/dump.ts';

/** What is to be the same again about a database. */
export interface DatabaseProof {
  fingerprints: Fingerprints;
  /** Over the whole text of its dump: definitions, comments, rows, in this order. */
  sha256: string;
  dumpBytes: number;
}

/** Newer versions of pg_dump guard their output with a word that is random each time. */
const RANDOM_WORD = /^\\(un)?restrict .*\n/gm;

/** Dumps a database, and takes its fingerprints and the digest of the dump. */
export async function proveDatabase(url: string, database: string): Promise<DatabaseProof> {
  const server = await connectMatching(url);
  const names = { database, dump: database, source: database, applicationName: 'continuity-demo' };
  const dump = dumpDatabase({ server, ...names, log: silent });
  const chunks: Buffer[] = [];
  for await (const chunk of dump.chunks) chunks.push(chunk);
  const { record } = await dump.finished;
  const text = Buffer.concat(chunks).toString('latin1').replace(RANDOM_WORD, '');
  return {
    fingerprints: record.fingerprints,
    sha256: createHash('sha256').update(text, 'latin1').digest('hex'),
    dumpBytes: record.sizeBytes,
  };
}
