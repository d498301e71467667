import { isUtf8 } from 'node:buffer';
import { TAR_BLOCK, gapTo } from './layout.ts';

/** What a tar header says of an entry. */
export interface TarHeader {
  name: Buffer;
  type: 'dir' | 'reg' | 'symlink' | 'hardlink';
  mode: number;
  uid: number;
  gid: number;
  mtimeNs: bigint;
  size: number;
  linkName?: Buffer;
}

const typeFlags = { reg: '0', hardlink: '1', symlink: '2', dir: '5' } as const;

const NAME_FIELD = 100;
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;
const SECOND_NS = 1_000_000_000n;

/**
 * Writes an entry's header blocks: POSIX ustar, extended records (pax) for what does not fit, and GNU's long names for
 * names that are not UTF-8, which pax cannot carry. Only records that GNU tar knows, so that it never warns.
 */
export function encodeTarHeader(header: TarHeader): Buffer {
  const blocks: Buffer[] = [];
  const records: string[] = [];
  const seconds = floorSeconds(header.mtimeNs);
  if (header.mtimeNs !== seconds * SECOND_NS || seconds < 0n || seconds > BigInt(MAX_OCTAL_11)) {
    records.push(paxRecord('mtime', formatSeconds(header.mtimeNs)));
  }
  if (header.size > MAX_OCTAL_11) records.push(paxRecord('size', String(header.size)));
  if (header.uid > MAX_OCTAL_7) records.push(paxRecord('uid', String(header.uid)));
  if (header.gid > MAX_OCTAL_7) records.push(paxRecord('gid', String(header.gid)));

  const rawNames: Buffer[] = [];
  const fitName = (name: Buffer, keyword: string, gnuType: string): void => {
    if (name.length <= NAME_FIELD) return;
    if (isUtf8(name)) records.push(paxRecord(keyword, name.toString('utf8')));
    else rawNames.push(ustarBlock({ ...longName, size: name.length + 1 }, gnuType), padded(name, 1));
  };
  fitName(header.name, 'path', 'L');
  if (header.linkName) fitName(header.linkName, 'linkpath', 'K');

  if (records.length > 0) {
    const body = Buffer.from(records.join(''), 'utf8');
    blocks.push(ustarBlock({ ...paxName, size: body.length }, 'x'), padded(body, 0));
  }
  blocks.push(...rawNames, ustarBlock(header, typeFlags[header.type]));
  return Buffer.concat(blocks);
}

/** Splits nanoseconds into whole seconds, rounding down also before 1970. */
function floorSeconds(ns: bigint): bigint {
  const seconds = ns / SECOND_NS;
  return ns % SECOND_NS < 0n ? seconds - 1n : seconds;
}

/** Decimal seconds, as pax and touch have them: `1700000000.123456789`, `-0.5`. */
export function formatSeconds(ns: bigint): string {
  const magnitude = ns < 0n ? -ns : ns;
  const fraction = (magnitude % SECOND_NS).toString().padStart(9, '0').replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${magnitude / SECOND_NS}${fraction ? `.${fraction}` : ''}`;
}

/** `<length> <keyword>=<value>\n`, where the length counts itself. */
function paxRecord(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  const restLength = Buffer.byteLength(rest);
  let length = restLength + 1;
  while (String(length).length + restLength !== length) length = String(length).length + restLength;
  return `${length}${rest}`;
}

function padded(content: Buffer, extraZeros: number): Buffer {
  const length = content.length + extraZeros;
  return Buffer.concat([content], length + gapTo(TAR_BLOCK, length));
}

const pseudoEntry = { type: 'reg', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n } as const;
const paxName = { ...pseudoEntry, name: Buffer.from('././@PaxHeader') };
const longName = { ...pseudoEntry, name: Buffer.from('././@LongLink') };

function ustarBlock(header: TarHeader, typeFlag: string): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, offset: number, digits: number): void => {
    block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  };
  const seconds = Number(floorSeconds(header.mtimeNs));
  header.name.copy(block, 0, 0, NAME_FIELD);
  octal(header.mode & 0o7777, 100, 7);
  octal(header.uid > MAX_OCTAL_7 ? 0 : header.uid, 108, 7);
  octal(header.gid > MAX_OCTAL_7 ? 0 : header.gid, 116, 7);
  octal(header.size > MAX_OCTAL_11 ? 0 : header.size, 124, 11);
  octal(seconds < 0 || seconds > MAX_OCTAL_11 ? 0 : seconds, 136, 11);
  block.fill(' ', 148, 156);
  block.write(typeFlag, 156, 'latin1');
  header.linkName?.copy(block, 157, 0, NAME_FIELD);
  block.write('ustar\u000000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
