import { Readable } from 'node:stream';
import { Failure } from '../../logging/failure.ts';
import type { Reply } from '../client/transport.ts';
import { MAX_LINE_BYTES, parseMessage } from './wire.ts';

/**
 * Reads a vault's answer from its standard output. The body, where there is one, is a stream of exactly as many bytes
 * as announced: it fails when fewer or more come.
 * @throws Failure the vault's own, or one of kind `vault` where the answer is missing, cut or not understood.
 */
export async function readReply(
  stdout: AsyncIterable<Uint8Array>,
  progress?: (done: number, total: number) => void,
): Promise<Reply> {
  const chunks = stdout[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const end = rest.indexOf(0x0a);
      if (end === -1) {
        const next = await chunks.next();
        if (next.done) throw cut(rest.length === 0 ? 'gave no answer' : 'was cut off in the middle of its answer');
        rest = Buffer.concat([rest, next.value]);
        if (rest.length > MAX_LINE_BYTES) throw cut('gives an answer without end');
        continue;
      }
      const message = parseMessage(rest.toString('utf8', 0, end));
      rest = rest.subarray(end + 1);
      if ('error' in message) throw message.error;
      if ('progress' in message) {
        progress?.(...message.progress);
        continue;
      }
      const body = takeBody(rest, chunks, message.bodyBytes);
      if (message.bodyBytes > 0) return { result: message.result, body: Readable.from(body, { objectMode: false }) };
      for await (const extra of body) throw cut(`sent ${extra.length} bytes too many`);
      return { result: message.result };
    }
  } catch (error) {
    await chunks.return?.();
    throw error;
  }
}

async function* takeBody(
  first: Buffer,
  chunks: AsyncIterator<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let missing = length;
  try {
    for (let chunk: Uint8Array = first; ;) {
      if (chunk.length > missing) throw cut('sent more than it had announced');
      missing -= chunk.length;
      if (chunk.length > 0) yield chunk;
      const next = await chunks.next();
      if (next.done) break;
      chunk = next.value;
    }
    if (missing > 0) throw cut(`stopped ${missing} bytes before the end`);
  } finally {
    await chunks.return?.();
  }
}

function cut(what: string): Failure {
  return new Failure(
    'vault',
    `the backup server ${what}`,
    'Try again: nothing is lost. Check the network if it happens twice.',
  );
}
