import { Failure } from '../logging/failure.ts';
import { EntryGuard, type SafeEntry } from './entry-guard.ts';
import { pointsOutside, showName, stripDotSlash, withoutSlash } from './entry-names.ts';
import { parseTar } from './tar-parser.ts';
import type { TarHeader } from './tar-header.ts';

const SETUID_SETGID_STICKY = 0o7000;
const WORLD_WRITABLE = 0o002;
const NOBODY = 65_534;

export interface ForeignOptions {
  /** The tar, decompressed (`gunzipStream`). */
  tar: AsyncIterable<Uint8Array>;
  /** Content in bytes that may be extracted: what the disk has room for. */
  maxBytes: number;
  /** Who owns what belongs to root in the archive; by default nobody. */
  ownerForRoot?: { uid: number; gid: number };
  /** Told of everything that is extracted otherwise than it is stored, or not at all. */
  note: (name: Buffer, what: string) => void;
}

/**
 * The entries of an archive that we did not make: read as strictly as ours, with the bits masked and the links left out
 * by which it could do harm. Throws an ArchiveDamage on what cannot be extracted safely.
 */
export async function* readForeignEntries(options: ForeignOptions): AsyncGenerator<SafeEntry, void, undefined> {
  const guard = new EntryGuard();
  let totalBytes = 0;
  for await (const { header: raw, body } of parseTar(options.tar, { isForeign: true })) {
    const header = normalizeNames(raw);
    if (withoutSlash(header.name).length === 0 && header.type === 'dir') continue;
    guard.admit(header);
    totalBytes += header.size;
    if (totalBytes > options.maxBytes) {
      const message = `The archive holds more than the ${options.maxBytes} bytes that there is room for.`;
      throw new Failure('space', message, 'Make room, or choose another archive.');
    }
    if (header.type === 'symlink' && pointsOutside(header.name, header.linkName ?? Buffer.alloc(0))) {
      options.note(header.name, `a link to ${showName(header.linkName ?? Buffer.alloc(0))}, outside: left out`);
      continue;
    }
    yield { header: maskHeader(header, options), body };
  }
}

/** `./` before a name goes, a directory's name ends in a slash; a link's target loses `./` where it names an entry. */
function normalizeNames(raw: TarHeader): TarHeader {
  const name = stripDotSlash(raw.name);
  const isBareDirectory = raw.type === 'dir' && name.length > 0 && name.at(-1) !== 0x2f;
  return {
    ...raw,
    name: isBareDirectory ? Buffer.concat([name, Buffer.from('/')]) : name,
    ...(raw.type === 'hardlink' && raw.linkName ? { linkName: stripDotSlash(raw.linkName) } : {}),
  };
}

function maskHeader(header: TarHeader, { ownerForRoot, note }: ForeignOptions): TarHeader {
  const masked = { ...header };
  if (header.type !== 'symlink') masked.mode &= ~(SETUID_SETGID_STICKY | WORLD_WRITABLE);
  if (masked.mode !== header.mode) {
    note(header.name, `mode ${header.mode.toString(8)} becomes ${masked.mode.toString(8)}`);
  }
  if (header.uid === 0) masked.uid = ownerForRoot?.uid ?? NOBODY;
  if (header.gid === 0) masked.gid = ownerForRoot?.gid ?? NOBODY;
  if (masked.uid !== header.uid || masked.gid !== header.gid) {
    note(header.name, `it belonged to root, and goes to ${masked.uid}:${masked.gid}`);
  }
  return masked;
}
