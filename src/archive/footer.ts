/** The last bytes of an eStargz archive: an empty gzip member that says where the index begins. */
export const FOOTER_BYTES = 51;

const MAGIC = 'STARGZ';

/** Writes the footer for an index whose gzip member begins at `indexOffset`. */
export function encodeFooter(indexOffset: number): Buffer {
  const field = Buffer.from(`${indexOffset.toString(16).padStart(16, '0')}${MAGIC}`, 'latin1');
  const footer = Buffer.alloc(FOOTER_BYTES);
  Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]).copy(footer);
  footer.writeUInt16LE(4 + field.length, 10);
  footer.write('SG', 12, 'latin1');
  footer.writeUInt16LE(field.length, 14);
  field.copy(footer, 16);
  // One stored block of no bytes; CRC and size of nothing are zero.
  Buffer.from([1, 0, 0, 0xff, 0xff]).copy(footer, 16 + field.length);
  return footer;
}

/** The offset of the index, or undefined where these bytes are no footer of ours. */
export function decodeFooter(footer: Buffer): number | undefined {
  if (footer.length !== FOOTER_BYTES) return undefined;
  const offset = Number.parseInt(footer.toString('latin1', 16, 32), 16);
  return Number.isSafeInteger(offset) && footer.equals(encodeFooter(offset)) ? offset : undefined;
}
