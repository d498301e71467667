import { createHash } from 'node:crypto';

/** PostgreSQL's limit for a name, in bytes. */
const maxNameBytes = 63;
const pattern = /^continuity_(new|kept)_.*_[0-9a-f]{12}$/s;

/** Name that a database is restored under, beside the live one; unique per restore and database. */
export function stagedNameOf(database: string, restoreId: string): string {
  return nameBeside('continuity_new', database, restoreId);
}

/** Name that the replaced database keeps until it is forgotten, or put back; the same for the same restore. */
export function keptNameOf(database: string, restoreId: string): string {
  return nameBeside('continuity_kept', database, restoreId);
}

/** What a database of ours is by its name: being restored, or replaced; undefined for anybody else's. */
export function kindOfName(name: string): 'new' | 'kept' | undefined {
  return pattern.exec(name)?.[1] as 'new' | 'kept' | undefined;
}

function nameBeside(prefix: string, database: string, restoreId: string): string {
  const hash = createHash('sha256').update(`${database}\0${restoreId}`).digest('hex').slice(0, 12);
  const room = maxNameBytes - prefix.length - hash.length - 2;
  return `${prefix}_${truncate(database, room)}_${hash}`;
}

/** As much of a name as leaves room for a suffix of so many bytes. */
export function truncateName(name: string, suffixBytes: number): string {
  return truncate(name, maxNameBytes - suffixBytes);
}

/** The longest beginning of whole characters that fits. */
function truncate(text: string, maxBytes: number): string {
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
