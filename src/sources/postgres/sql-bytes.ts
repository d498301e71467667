/** The bytes that mean something in SQL and in psql's input; the same in every encoding of a server. */
export const newline = 0x0a;
export const doubleQuote = 0x22;
export const dollar = 0x24;
export const quote = 0x27;
export const star = 0x2a;
export const minus = 0x2d;
export const solidus = 0x2f;
export const semicolon = 0x3b;
export const backslash = 0x5c;

/** Whether a byte may be part of an identifier: letters, digits, `_`, `$` and whatever is not ASCII. */
export function isWordByte(byte: number): boolean {
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return isDigit(byte) || byte === 0x5f || byte === dollar || byte >= 0x80;
}

export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
