import { Failure } from '../logging/failure.ts';
import { ArchiveDamage } from './archive-damage.ts';
import { EntryGuard, type SafeEntry } from './entry-guard.ts';
import { pointsOutside, showName, stripDotSlash, withoutSlash } from './entry-names.ts';
import { MAX_IMPLIED_BYTES, MAX_PATH_BYTES, MAX_SURVEY_ENTRIES } from './foreign-survey.ts';
import { parseTar } from './tar-parser.ts';
import type { TarHeader } from './tar-header.ts';

const SETUID_SETGID_STICKY = 0o7000;
const WORLD_WRITABLE = 0o002;
const NOBODY = 65_534;
const NO_ID = 2 ** 32 - 1;

/** An entry as it is stored, its name normalized, that is safe to extract after all those before it. */
export interface AdmittedEntry extends SafeEntry {
  /** Its place among the entries of the archive, from 1. */
  ordinal: number;
  /** A symbolic link that leads out of the archive: never to be extracted. */
  isOutside: boolean;
}

/** Who owns what belongs to root in an archive. */
export interface Owner {
  uid: number;
  gid: number;
}

export interface ForeignOptions {
  /** The tar, decompressed (`gunzipStream`). */
  tar: AsyncIterable<Uint8Array>;
  /** Content in bytes that may be extracted: what the disk has room for. */
  maxBytes: number;
}

/**
 * The entries of an archive that we did not make, read as strictly as ours, with nothing masked and nothing left out:
 * whoever extracts them does so (`maskHeader`, `isOutside`).
 * @throws ArchiveDamage on what cannot be extracted safely; Failure `space` beyond `maxBytes`.
 */
export async function* admitForeignEntries({
  tar,
  maxBytes,
}: ForeignOptions): AsyncGenerator<AdmittedEntry, void, undefined> {
  const guard = new EntryGuard();
  let totalBytes = 0;
  let ordinal = 0;
  let headers = 0;
  for await (const { header: raw, body } of parseTar(tar, { isForeign: true })) {
    if (++headers > MAX_SURVEY_ENTRIES) {
      throw new ArchiveDamage(showStart(raw.name), `it holds more than ${MAX_SURVEY_ENTRIES} entries`);
    }
    if (raw.name.length > MAX_PATH_BYTES || (raw.linkName?.length ?? 0) > MAX_PATH_BYTES) {
      throw new ArchiveDamage(showStart(raw.name), `its name, or what it leads to, exceeds ${MAX_PATH_BYTES} bytes`);
    }
    const header = normalizeNames(raw);
    if (withoutSlash(header.name).length === 0 && header.type === 'dir') continue;
    guard.admit(header);
    if (guard.impliedBytes > MAX_IMPLIED_BYTES) {
      throw new ArchiveDamage(showStart(header.name), 'it implies more folders than anybody has');
    }
    totalBytes += header.size;
    if (totalBytes > maxBytes) {
      const message = `The archive holds more than the ${maxBytes} bytes that there is room for.`;
      throw new Failure('space', message, 'Make room, or choose another archive.');
    }
    const isOutside = header.type === 'symlink' && pointsOutside(header.name, header.linkName ?? Buffer.alloc(0));
    yield { ordinal: ++ordinal, header, isOutside, body };
  }
}

/** Of a name that nobody bounded. */
function showStart(name: Buffer): string {
  return showName(name.subarray(0, 100));
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

/** Without the bits by which an entry could do harm; what belongs to root goes to `ownerForRoot`, by default nobody. */
export function maskHeader<Header extends Pick<TarHeader, 'mode' | 'uid' | 'gid'> & { type: string }>(
  header: Header,
  ownerForRoot: Owner | undefined,
): Header {
  const masked = { ...header };
  if (header.type !== 'symlink') masked.mode &= ~(SETUID_SETGID_STICKY | WORLD_WRITABLE);
  if (isRoots(header.uid)) masked.uid = ownerForRoot?.uid ?? NOBODY;
  if (isRoots(header.gid)) masked.gid = ownerForRoot?.gid ?? NOBODY;
  return masked;
}

/** What no id can hold is -1 to chown, which leaves the file with whoever unpacks it: root. */
function isRoots(id: number): boolean {
  return id === 0 || id >= NO_ID;
}
