/**
 * Splits a stream of bytes into lines without their newlines, in the batches that the stream brings. A line longer than
 * `maxLineBytes` is refused: memory stays bounded whatever the other side sends.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes = 1024 * 1024,
): AsyncGenerator<string[], void, undefined> {
  // In pieces: whoever sends a line without end must not have it copied again with every chunk.
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const end = bytes.lastIndexOf(0x0a);
    if (end >= 0) {
      const whole = rest.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...rest, bytes.subarray(0, end)]);
      yield whole.toString('utf8').split('\n');
      rest = [];
      restBytes = 0;
    }
    if (end === bytes.length - 1) continue;
    rest.push(Buffer.from(bytes.subarray(end + 1)));
    restBytes += bytes.length - end - 1;
    if (end === -1 && restBytes > maxLineBytes) throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
  }
  if (restBytes > 0) yield [Buffer.concat(rest).toString('utf8')];
}

/** The lines of all batches, one by one. */
export async function* singly(batches: AsyncIterable<string[]>): AsyncGenerator<string, void, undefined> {
  for await (const batch of batches) yield* batch;
}
