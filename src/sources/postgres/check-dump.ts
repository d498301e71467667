import type { Manifest } from '../../archive/manifest.ts';
import { compareFingerprints, fingerprintDump } from './fingerprints.ts';

/** The last line of every dump of roles. */
const ROLES_TRAILER = '-- PostgreSQL database cluster dump complete';
const TAIL_BYTES = 4096;

/**
 * Judges a dump by its content: whole to its last line, and table by table, sequence by sequence and large object by
 * large object what the manifest recorded when it was made. Returns what is wrong, naming the table.
 */
export async function checkDump(name: string, content: AsyncIterable<Buffer>, manifest: Manifest): Promise<string[]> {
  const record = Object.values(manifest.databases).find(({ dump }) => dump === name);
  if (!record) return await checkRoles(content);
  const { fingerprints, trailer } = await fingerprintDump(content);
  const cut = trailer ? [] : ['it is cut off: its first or its last line is missing'];
  return [...cut, ...compareFingerprints(record.fingerprints, fingerprints)];
}

async function checkRoles(content: AsyncIterable<Buffer>): Promise<string[]> {
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of content) tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  return tail.includes(ROLES_TRAILER) ? [] : ['it is cut off: its last line is missing'];
}
