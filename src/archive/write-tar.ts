import { TAR_BLOCK, gapTo } from './layout.ts';
import { encodeTarHeader, type TarHeader } from './tar-header.ts';

/** A small tar in memory, of entries in the order in which they are to be extracted. */
export function writeTar(entries: Iterable<{ header: TarHeader; content: Buffer }>): Buffer {
  const pieces: Buffer[] = [];
  for (const { header, content } of entries) {
    const size = content.length;
    pieces.push(encodeTarHeader({ ...header, size }), content, Buffer.alloc(gapTo(TAR_BLOCK, size)));
  }
  return Buffer.concat([...pieces, Buffer.alloc(2 * TAR_BLOCK)]);
}
