import { isUtf8 } from 'node:buffer';

/**
 * One line of the index: an entry of the eStargz table of contents, or a further chunk of the entry before it. Offsets
 * are those of gzip members in the archive (or in the extent, while the line is still without a place).
 */
export interface TocLine {
  name: Buffer;
  type: 'dir' | 'reg' | 'symlink' | 'hardlink' | 'chunk';
  /** Bytes of content of a `reg`; absent when 0. */
  size?: number;
  mtimeNs?: bigint;
  mode?: number;
  uid?: number;
  gid?: number;
  linkName?: Buffer;
  /** SHA-256 of the whole content, hexadecimal. */
  digest?: string;
  chunkOffset?: number;
  /** Absent where the entry has one chunk only. */
  chunkSize?: number;
  chunkDigest?: string;
  sparse?: boolean;
  offset: number;
}

const SECOND_NS = 1_000_000_000n;
const OFFSET_KEY = '"offset":';
/** A name in which JSON has nothing to escape, and a type. */
const PLAIN_START = /^\{"name":"([^"\\\p{Cc}]*)","type":"(dir|reg|symlink|hardlink|chunk)"/u;
/** Where one of these follows, a key may stand a second time, in one way of writing or another. */
const SAID_AGAIN = ['\\', '"name', '"type"'];

/** Writes the line; `name` and `type` come first and `offset` last, which `relocateLine` and readers rely on. */
export function formatTocLine(line: TocLine): string {
  let text = `{"name":${JSON.stringify(line.name.toString('utf8'))}`;
  if (!isUtf8(line.name)) text += `,"nameBytes":"${line.name.toString('base64')}"`;
  text += `,"type":"${line.type}"`;
  if (line.size) text += `,"size":${line.size}`;
  if (line.mtimeNs !== undefined) text += `,"modtime":"${formatTime(line.mtimeNs)}"`;
  if (line.linkName) {
    text += `,"linkName":${JSON.stringify(line.linkName.toString('utf8'))}`;
    if (!isUtf8(line.linkName)) text += `,"linkNameBytes":"${line.linkName.toString('base64')}"`;
  }
  if (line.mode !== undefined) text += `,"mode":${line.mode}`;
  if (line.uid) text += `,"uid":${line.uid}`;
  if (line.gid) text += `,"gid":${line.gid}`;
  if (line.digest) text += `,"digest":"sha256:${line.digest}"`;
  if (line.chunkOffset) text += `,"chunkOffset":${line.chunkOffset}`;
  if (line.chunkSize) text += `,"chunkSize":${line.chunkSize}`;
  if (line.chunkDigest) text += `,"chunkDigest":"sha256:${line.chunkDigest}"`;
  if (line.sparse) text += `,"sparse":true`;
  return `${text},${OFFSET_KEY}${line.offset}}`;
}

/** Reads a line back; throws a SyntaxError or TypeError on anything that `formatTocLine` would not write. */
export function parseTocLine(text: string): TocLine {
  const raw = JSON.parse(text) as Record<string, unknown>;
  const line: TocLine = {
    name: nameOf(raw['name'], raw['nameBytes']),
    type: raw['type'] as TocLine['type'],
    offset: requireCount(raw['offset'], 'offset'),
  };
  if (!['dir', 'reg', 'symlink', 'hardlink', 'chunk'].includes(line.type)) {
    throw new TypeError(`unknown type of entry ${JSON.stringify(raw['type'])}`);
  }
  for (const key of ['size', 'mode', 'uid', 'gid', 'chunkOffset', 'chunkSize'] as const) {
    if (raw[key] !== undefined) line[key] = requireCount(raw[key], key);
  }
  if (raw['modtime'] !== undefined) line.mtimeNs = parseTime(raw['modtime']);
  if (raw['linkName'] !== undefined) line.linkName = nameOf(raw['linkName'], raw['linkNameBytes']);
  for (const key of ['digest', 'chunkDigest'] as const) {
    if (raw[key] !== undefined) line[key] = parseDigest(raw[key]);
  }
  if (raw['sparse'] === true) line.sparse = true;
  return line;
}

/**
 * The name and type of a line, the same as `parseTocLine` finds: most lines of an index are looked at for nothing else.
 * Where a line of ours begins with both and has neither key again, nor an escape, what follows is not read, nor checked.
 */
export function parseTocName(text: string): Pick<TocLine, 'name' | 'type'> {
  const [start, name, type] = PLAIN_START.exec(text) ?? [];
  const isPlain = start !== undefined && !SAID_AGAIN.some((sign) => text.includes(sign, start.length));
  return isPlain ? { name: Buffer.from(name as string), type: type as TocLine['type'] } : parseTocLine(text);
}

/** Moves a line by `delta` bytes without parsing it: the offset stands last. */
export function relocateLine(text: string, delta: number): string {
  if (delta === 0) return text;
  const start = text.lastIndexOf(OFFSET_KEY) + OFFSET_KEY.length;
  return `${text.slice(0, start)}${Number(text.slice(start, -1)) + delta}}`;
}

/** Whether a line is a regular file's, without parsing it: a quote inside a name would be escaped. */
export function isFileLine(text: string): boolean {
  return text.includes('","type":"reg"');
}

/** RFC 3339 in UTC with as many digits as the nanoseconds need. */
export function formatTime(ns: bigint): string {
  let seconds = ns / SECOND_NS;
  let fraction = ns % SECOND_NS;
  if (fraction < 0n) {
    fraction += SECOND_NS;
    seconds -= 1n;
  }
  // Years beyond 9999 are longer.
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
  const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${digits}Z`;
}

function parseTime(value: unknown): bigint {
  const match = /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(String(value));
  const seconds = match ? Date.parse(`${match[1]}Z`) / 1000 : NaN;
  if (!match || Number.isNaN(seconds)) throw new TypeError(`modtime ${JSON.stringify(value)} is no time`);
  return BigInt(seconds) * SECOND_NS + BigInt((match[2] ?? '').padEnd(9, '0'));
}

function parseDigest(value: unknown): string {
  const match = /^sha256:([0-9a-f]{64})$/.exec(String(value));
  if (!match?.[1]) throw new TypeError(`${JSON.stringify(value)} is no SHA-256 digest`);
  return match[1];
}

function nameOf(text: unknown, base64: unknown): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (typeof text !== 'string') throw new TypeError('an entry has no name');
  return Buffer.from(text, 'utf8');
}

function requireCount(value: unknown, key: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError(`${key} is no whole number`);
  return value as number;
}
