import { ArchiveDamage } from './archive-damage.ts';
import { ByteReader, drain } from './byte-reader.ts';
import { showName } from './entry-names.ts';
import { TAR_BLOCK, gapTo } from './layout.ts';
import { parsePaxRecords, type PaxFields } from './pax-records.ts';
import { isZeroBlock, parseTarBlock, type TarBlock } from './tar-fields.ts';
import type { TarHeader } from './tar-header.ts';

/** One entry of a tar. Its body can be gone through once, before the next entry is asked for; what is left is skipped. */
export interface ParsedEntry {
  header: TarHeader;
  /** Place of the body in the tar. */
  bodyOffset: number;
  body: AsyncIterable<Buffer>;
}

/** What the pseudo entries before a header said of it. */
interface Announced extends PaxFields {
  hasRecords: boolean;
  longName?: Buffer;
  longLink?: Buffer;
}

const MAX_PSEUDO_BYTES = 1024 * 1024;
/** Ours end with two blocks; others fill up to whole records, of any size. */
const MAX_ZEROS_BEHIND = 10_240;
const SECOND_NS = 1_000_000_000n;
const types: Partial<Record<string, TarHeader['type']>> = {
  '0': 'reg',
  '\0': 'reg',
  '1': 'hardlink',
  '2': 'symlink',
  '5': 'dir',
};

/**
 * Reads a tar strictly, in constant memory: files, directories, links, and what carries their long names and extended
 * records; all else is refused with an ArchiveDamage that names the entry. `isForeign`: also global records, which are
 * ignored, and keywords that we do not write.
 */
export async function* parseTar(
  source: AsyncIterable<Uint8Array>,
  { isForeign }: { isForeign: boolean },
): AsyncGenerator<ParsedEntry, void, undefined> {
  const reader = new ByteReader(source);
  let announced: Announced = { hasRecords: false };
  let last = 'the first entry';
  try {
    for (;;) {
      const block = await reader.take(TAR_BLOCK);
      if (isZeroBlock(block) && block.length === TAR_BLOCK) break;
      const fields = attempt(`after ${last}`, () => parseWholeBlock(block));
      const where = showName(announced.path ?? announced.longName ?? fields.name);
      if ('xgLK'.includes(fields.typeFlag)) {
        const body = await takePseudoBody(reader, fields.size, where);
        announced = attempt(where, () => announce(announced, fields.typeFlag, body, isForeign));
        continue;
      }
      const header = attempt(where, () => joinHeader(fields, announced));
      announced = { hasRecords: false };
      last = where;
      const end = reader.position + header.size;
      yield { header, bodyOffset: reader.position, body: readBody(reader, end, where) };
      await drain(readBody(reader, end, where));
      const padding = await reader.take(gapTo(TAR_BLOCK, header.size));
      if (padding.length !== gapTo(TAR_BLOCK, header.size)) throw new ArchiveDamage(where, 'its content is cut off');
    }
    if (announced.hasRecords || announced.longName || announced.longLink) {
      throw new ArchiveDamage(`after ${last}`, 'extended records announce an entry that is not there');
    }
    await checkEnd(reader, last, isForeign ? Infinity : MAX_ZEROS_BEHIND);
  } finally {
    await reader.close();
  }
}

function parseWholeBlock(block: Buffer): TarBlock {
  if (block.length === 0) throw new TypeError('the two blocks that end a tar are missing');
  if (block.length < TAR_BLOCK) throw new TypeError('a header is cut off');
  return parseTarBlock(block);
}

/** The pseudo entry's own size counts: an extended record speaks of the real header only. */
async function takePseudoBody(reader: ByteReader, size: number, where: string): Promise<Buffer> {
  if (size > MAX_PSEUDO_BYTES) throw new ArchiveDamage(where, `its extended header has ${size} bytes`);
  const length = size + gapTo(TAR_BLOCK, size);
  const body = await reader.take(length);
  if (body.length < length) throw new ArchiveDamage(where, 'its extended header is cut off');
  return Buffer.from(body.subarray(0, size));
}

function announce(before: Announced, typeFlag: string, body: Buffer, isForeign: boolean): Announced {
  if (typeFlag === 'g') {
    if (!isForeign) throw new TypeError('global extended records are not allowed');
    // Read for its form only; a keyword that renames or resizes every entry to come has no honest use.
    if (Object.keys(parsePaxRecords(body, true)).length > 0) throw new TypeError('global records change the entries');
    return before;
  }
  if (typeFlag === 'x') {
    if (before.hasRecords) throw new TypeError('it has two extended headers');
    return { ...before, ...parsePaxRecords(body, isForeign), hasRecords: true };
  }
  const key = typeFlag === 'L' ? 'longName' : 'longLink';
  if (before[key]) throw new TypeError('it has two long names');
  const end = body.indexOf(0);
  const name = end === -1 ? body : body.subarray(0, end);
  if (name.length === 0 || (end !== -1 && !isZeroBlock(body.subarray(end))))
    throw new TypeError('its long name holds a NUL');
  return { ...before, [key]: name };
}

function joinHeader(fields: TarBlock, announced: Announced): TarHeader {
  const type = types[fields.typeFlag];
  if (!type) throw new TypeError(`it is of the type ${JSON.stringify(fields.typeFlag)}, which is not allowed`);
  if ((announced.path && announced.longName) || (announced.linkPath && announced.longLink)) {
    throw new TypeError('it has two names');
  }
  const size = announced.size ?? fields.size;
  if (type !== 'reg' && size !== 0) throw new TypeError(`it is a ${type} with content`);
  const linkName = announced.linkPath ?? announced.longLink ?? fields.linkName;
  const isLink = type === 'symlink' || type === 'hardlink';
  if (isLink && linkName.length === 0) throw new TypeError('it is a link to nothing');
  return {
    name: announced.path ?? announced.longName ?? fields.name,
    type,
    mode: fields.mode & 0o7777,
    uid: announced.uid ?? fields.uid,
    gid: announced.gid ?? fields.gid,
    mtimeNs: announced.mtimeNs ?? fields.mtimeSeconds * SECOND_NS,
    size,
    ...(isLink ? { linkName } : {}),
  };
}

async function* readBody(reader: ByteReader, end: number, where: string): AsyncGenerator<Buffer, void, undefined> {
  while (reader.position < end) {
    const piece = await reader.takeSome(end - reader.position);
    if (!piece) throw new ArchiveDamage(where, 'its content is cut off');
    yield piece;
  }
}

/** After the first block of zeros comes a second, then nothing but zeros. */
async function checkEnd(reader: ByteReader, last: string, maxZeros: number): Promise<void> {
  const second = await reader.take(TAR_BLOCK);
  if (second.length < TAR_BLOCK || !isZeroBlock(second)) {
    throw new ArchiveDamage(`after ${last}`, 'a single block of zeros where two end a tar');
  }
  const limit = reader.position + maxZeros;
  for (let rest = await reader.takeSome(TAR_BLOCK); rest; rest = await reader.takeSome(TAR_BLOCK)) {
    if (!isZeroBlock(rest) || reader.position > limit)
      throw new ArchiveDamage(`after ${last}`, 'something follows the end of the tar');
  }
}

function attempt<T>(where: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof TypeError) throw new ArchiveDamage(where, error.message, { cause: error });
    throw error;
  }
}
