/**
 * Splits a stream of bytes into lines without their newlines, in the batches that the stream brings. A line longer than
 * `maxLineBytes` is refused: memory stays bounded whatever the other side sends.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes = 1024 * 1024,
): AsyncGenerator<string[], void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(0x0a);
    if (end === -1 && bytes.length > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
    if (end >= 0) yield bytes.toString('utf8', 0, end).split('\n');
    rest = end === bytes.length - 1 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end + 1));
  }
  if (rest.length > 0) yield [rest.toString('utf8')];
}

/** The lines of all batches, one by one. */
export async function* singly(batches: AsyncIterable<string[]>): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) yield* batch;
}
