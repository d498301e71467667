import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';

import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import type { Transport } from '../../src/vault/client/transport.ts';
import { startSshVault, type SshVault } from '../fixtures/ssh-vault.ts';

/** A vault that answers as badly as a network and a crash can make it, in the shell. */
const command = `case "$SSH_ORIGINAL_COMMAND" in
  hello) echo '{"result":{}}' ;;
  whole) echo '{"progress":[1,2]}'; echo '{"result":{},"bodyBytes":3000000}'; head -c 3000000 /dev/zero ;;
  short) echo '{"result":{},"bodyBytes":3000000}'; head -c 2999999 /dev/zero ;;
  long) echo '{"result":{},"bodyBytes":3000000}'; head -c 3000001 /dev/zero ;;
  failing) echo '{"result":{},"bodyBytes":3000000}'; head -c 3000000 /dev/zero; echo 'disk on fire' >&2; exit 3 ;;
  endless) echo '{"result":{},"bodyBytes":9000000000000}'; cat /dev/zero ;;
  killed) echo '{"result":{}}'; kill -9 $$ ;;
  echo) echo "{\\"result\\":$(wc -c)}" ;;
esac`.replaceAll('\n', ' ');

let vault: SshVault;
let transport: Transport;

beforeAll(async () => {
  vault = await startSshVault([{ name: 'odd', command }]);
  transport = await openSshTransport(vault.options('odd'));
});
afterEach(async () => {
  // Whatever happened before, the same connection goes on.
  expect((await transport.call({ words: ['hello'] })).result).toEqual({});
});
afterAll(async () => {
  await transport.close();
  await vault.stop();
});

async function readBody(word: string): Promise<number> {
  const { body } = await transport.call({ words: [word] });
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) length += chunk.length;
  return length;
}

describe("an answer's body over SSH", () => {
  it('is as long as announced', async () => {
    const seen: number[][] = [];
    const { body } = await transport.call({ words: ['whole'], progress: (...numbers) => seen.push(numbers) });
    body?.destroy();
    expect(seen).toEqual([[1, 2]]);
    expect(await readBody('whole')).toBe(3_000_000);
  });

  it('is a failure when it is short or long, or when the command fails after it', async () => {
    await expect(readBody('short')).rejects.toThrow('stopped 1 bytes before the end');
    await expect(readBody('long')).rejects.toThrow('more than it had announced');
    await expect(readBody('failing')).rejects.toThrow('ended with code 3: disk on fire');
  });

  it('makes a killed command a failure, even after a whole answer', async () => {
    await expect(transport.call({ words: ['killed'] })).rejects.toThrow('was lost before its answer was complete');
  });

  it('can be left early any number of times: a server grants ten channels at once', async () => {
    for (let round = 0; round < 25; round++) {
      const { body } = await transport.call({ words: ['endless'] });
      if (round % 2 === 0) {
        for await (const chunk of body as AsyncIterable<Buffer>) if (chunk.length > 0) break;
      }
      body?.destroy();
    }
  });

  it('is read no faster than its reader wants: memory stays bounded', async () => {
    const { body } = await transport.call({ words: ['endless'] });
    const before = process.memoryUsage().rss;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
    body?.destroy();
  });

  it('of ours is sent to its end, with the server holding it back', async () => {
    const body = (async function* () {
      for (let count = 0; count < 200; count++) yield Buffer.alloc(65_536);
    })();
    expect((await transport.call({ words: ['echo'], body })).result).toBe(200 * 65_536);
  });
});
