/**
 * The numbers of the format (`docs/archive-format.md`). Changing any of those that decide where extents end or what is
 * in them costs one night in which everything is read again: raise `WRITER_VERSION` with it.
 */

/** Part of every extent's key: bytes made by another writer are never taken for ours. */
export const WRITER_VERSION = 1;

/** Extents begin on, and are as long as, a multiple of this: what file systems can share. */
export const ALIGNMENT = 4096;

/** A run of small files ends when it holds this much content; a larger file stands alone. */
export const SMALL_EXTENT_BYTES = 64 * 1024;

/** A larger file is cut into chunks of this size, each an extent. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

/** No chunk of any entry decompresses to more than this; a reader refuses it before allocating. */
export const MAX_CHUNK_BYTES = CHUNK_BYTES + 512;

/** No extent decompresses to more than this: the content of a chunk or of small files, and the headers of many entries. */
export const MAX_EXTENT_CONTENT_BYTES = 8 * CHUNK_BYTES;

export const TAR_BLOCK = 512;

export const INDEX_NAME = 'stargz.index.json';
export const MANIFEST_NAME = 'manifest.json';
export const README_NAME = 'LISEZMOI.txt';
/** The emergency card; archives of earlier versions have none. */
export const CARD_NAME = 'CARTE-URGENCE.md';
export const DUMP_FOLDER = 'db/';
/** The recovery kit: plain files by where they lie, and one encrypted entry with the secrets. */
export const KIT_FOLDER = 'kit/';
export const KIT_SECRETS_NAME = 'kit/secrets.tar.age';
/** Below its folder: what lies in the platform's root, elsewhere on the host, and in volumes. */
export const KIT_PARTS = { root: 'files', host: 'host', volume: 'volumes' } as const;

/** Bytes from `length` up to the next multiple of `unit`. */
export function gapTo(unit: number, length: number): number {
  return (unit - (length % unit)) % unit;
}

/** The texts at the top of every archive, beside the folders. */
export const TEXT_NAMES: readonly string[] = [CARD_NAME, README_NAME, MANIFEST_NAME];

/** Whether a name belongs to the part after the file sources: dumps, the recovery kit, the texts. */
export function isTailName(name: Buffer): boolean {
  const text = name.toString('latin1');
  return text.startsWith(DUMP_FOLDER) || isKitEntry(text) || TEXT_NAMES.includes(text);
}

/** Whether a name is one of the kit's. Earlier versions allowed a file source named `kit`, which begins otherwise. */
export function isKitEntry(name: string): boolean {
  if (!name.startsWith(KIT_FOLDER)) return false;
  return name === KIT_SECRETS_NAME || Object.values(KIT_PARTS).some((part) => name.startsWith(`${KIT_FOLDER}${part}/`));
}
