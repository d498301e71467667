/** What extended records say of the entry that follows them. */
export interface PaxFields {
  path?: Buffer;
  linkPath?: Buffer;
  size?: number;
  uid?: number;
  gid?: number;
  mtimeNs?: bigint;
}

const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const SPACE = 0x20;
const LONGEST_LENGTH = 8;

/**
 * Reads extended (pax) records strictly by their lengths. Keywords that we do not write are refused in our own
 * archives and ignored in foreign ones, except GNU's own, which change what an entry is. Throws a TypeError.
 */
export function parsePaxRecords(body: Buffer, isForeign: boolean): PaxFields {
  const fields: PaxFields = {};
  const seen = new Set<string>();
  for (let start = 0; start < body.length;) {
    const space = body.subarray(start, start + LONGEST_LENGTH).indexOf(SPACE);
    const digits = body.toString('latin1', start, start + Math.max(space, 0));
    const end = start + (/^[1-9]\d*$/.test(digits) ? Number(digits) : NaN);
    const keyEnd = body.indexOf(EQUALS, start);
    if (!(end <= body.length) || keyEnd === -1 || keyEnd >= end || body[end - 1] !== NEWLINE) {
      throw new TypeError('an extended record is malformed');
    }
    const key = body.toString('latin1', start + space + 1, keyEnd);
    if (key === '' || seen.has(key)) throw new TypeError(`the extended record ${JSON.stringify(key)} stands twice`);
    seen.add(key);
    applyRecord(fields, key, body.subarray(keyEnd + 1, end - 1), isForeign);
    start = end;
  }
  return fields;
}

function applyRecord(fields: PaxFields, key: string, value: Buffer, isForeign: boolean): void {
  switch (key) {
    case 'path':
      fields.path = checkPath(key, value);
      return;
    case 'linkpath':
      fields.linkPath = checkPath(key, value);
      return;
    case 'size':
    case 'uid':
    case 'gid':
      fields[key] = parseCount(key, value.toString('latin1'));
      return;
    case 'mtime':
      fields.mtimeNs = parsePaxTime(value.toString('latin1'));
      return;
    default:
      if (!isForeign || key.startsWith('GNU.')) {
        throw new TypeError(`the extended record ${JSON.stringify(key)} is not allowed`);
      }
  }
}

function checkPath(key: string, value: Buffer): Buffer {
  if (value.length === 0) throw new TypeError(`the extended record ${key} is empty`);
  if (value.includes(0)) throw new TypeError(`the extended record ${key} holds a NUL`);
  return Buffer.from(value);
}

function parseCount(key: string, text: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new TypeError(`the extended record ${key} is no number`);
  return value;
}

/** Decimal seconds in nanoseconds; what lies beyond nine digits is cut. */
function parsePaxTime(text: string): bigint {
  const match = /^(-?)(\d{1,18})(?:\.(\d{0,40}))?$/.exec(text);
  if (!match) throw new TypeError('the extended record mtime is no time');
  const magnitude = BigInt(match[2] ?? 0) * 1_000_000_000n + BigInt((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  return match[1] ? -magnitude : magnitude;
}
