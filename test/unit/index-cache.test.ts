import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IndexCache } from '../../src/operations/backup/base-index.ts';
import type { VaultClient } from '../../src/vault/vault-client.ts';

const content = Buffer.from('{"version":1,"entries":[]}\n');
const archive = { name: 'backup_full_2026-01-31.tar.gz', index: createHash('sha256').update(content).digest('hex') };

/** A vault on a slow line: half of the index at once, the other after a while. */
function openSlowVault(delayMs: number): VaultClient {
  async function* send(): AsyncGenerator<Buffer> {
    yield content.subarray(0, 10);
    await sleep(delayMs);
    yield content.subarray(10);
  }
  return { label: 'slow', readIndex: async () => Readable.from(send()) } as unknown as VaultClient;
}

describe('the cache of indexes', () => {
  let state: string;
  beforeEach(() => void (state = mkdtempSync(join(tmpdir(), 'continuity-cache-'))));
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  it('serves a backup and a plan that fetch the same index at the same time', async () => {
    const fetch = (delayMs: number) => new IndexCache(state).obtain(openSlowVault(delayMs), archive);
    const paths = await Promise.all([fetch(50), fetch(150)]);
    for (const path of paths) expect(readFileSync(path)).toEqual(content);
    expect(readdirSync(join(state, 'cache'))).toHaveLength(1);
  });
});
