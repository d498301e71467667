import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../src/logging/failure.ts';
import { Answer } from '../../src/vault/protocol/answer.ts';
import { readReply } from '../../src/vault/protocol/reply.ts';
import { formatError, formatProgress, formatResult } from '../../src/vault/protocol/wire.ts';

/** The text in pieces of every size from one byte on. */
async function* inPieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('an answer on the wire', () => {
  it('gives progress, result and body, however it is cut into pieces', async () => {
    const text = `${formatProgress(1, 3)}${formatProgress(2, 3)}${formatResult({ name: 'é\n' }, 5)}a\nb\0c`;
    for (const size of [1, 2, 7, 1000]) {
      const seen: number[][] = [];
      const reply = await readReply(inPieces(text, size), (...step) => seen.push(step));
      expect(seen).toEqual([
        [1, 3],
        [2, 3],
      ]);
      expect(reply.result).toEqual({ name: 'é\n' });
      expect((await buffer(reply.body!)).toString()).toBe('a\nb\0c');
    }
  });

  it('becomes the failure that the vault meant, on one line and without control characters', async () => {
    const failure = new Failure('space', 'vault full:\u001b[2J 3 B free', 'Make room.');
    const reply = readReply(inPieces(formatError(failure), 3));
    await expect(reply).rejects.toMatchObject({
      kind: 'space',
      message: 'vault full: [2J 3 B free',
      next: 'Make room.',
    });
    const odd = readReply(inPieces('{"error":{"kind":"ok","message":1,"next":2}}\n', 9));
    await expect(odd).rejects.toMatchObject({ kind: 'vault', message: '1' });
  });

  it.each([
    ['', 'gave no answer'],
    [formatProgress(1, 2), 'gave no answer'],
    ['{"result":', 'was cut off'],
    [`${formatResult(1)}x`, 'more than it had announced'],
    ['Welcome to tc-portail\n', 'protocol incompatibility'],
    ['[1]\n', 'protocol incompatibility'],
    ['{"progress":[1]}\n', 'protocol incompatibility'],
    ['{"result":1,"bodyBytes":-1}\n', 'protocol incompatibility'],
  ])('82: %j is not taken for an answer', async (text, complaint) => {
    await expect(readReply(inPieces(text, 4))).rejects.toMatchObject({
      kind: 'vault',
      message: expect.stringContaining(complaint),
    });
  });

  it.each([
    ['abcd', 'stopped 1 bytes before the end'],
    ['abcdef', 'more than it had announced'],
  ])('72: a body %j where five bytes were announced is an error', async (body, complaint) => {
    const reply = await readReply(inPieces(formatResult(1, 5) + body, 3));
    await expect(buffer(reply.body!)).rejects.toThrow(complaint);
  });

  it('ends short, and is noticed, where the body fails on the side of the vault', async () => {
    const output = new PassThrough();
    const answer = new Answer(output);
    const failing = (async function* () {
      yield Buffer.from('abc');
      throw new Error('EIO');
    })();
    const sent = answer.result({}, 6, failing).catch((error: unknown) => answer.error(error));
    const reply = await readReply(output);
    await expect(buffer(reply.body!)).rejects.toThrow('stopped 3 bytes before the end');
    await sent;
  });
});
