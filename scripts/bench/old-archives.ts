import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { timedName } from '../../src/config/archive-name.ts';
import { silent } from '../../src/logging/logger.ts';
import { openLocalTransport } from '../../src/vault/client/local-transport.ts';
import { openSession } from '../../src/vault/client/session.ts';
import { makeArchive, memoryEntry } from '../../test/fixtures/small-archive.ts';

/** A vault takes names of two days around now, by its own clock: this far back there is room for 80,000 of them. */
const BACK_MS = 26 * 3_600_000;

/** Fills a vault with small archives, sealed one by one as always. `scratch` is a folder for their making. */
export async function sealOldArchives(vault: string, scratch: string, count: number): Promise<void> {
  const client = openSession(await openLocalTransport({ directory: vault, log: silent, reserveBytes: 0 }));
  const first = Date.now() - BACK_MS;
  for (let number = 0; number < count; number += 1) {
    const name = timedName(new Date(first + number * 1000), 'UTC');
    const folder = join(scratch, name);
    const archive = await makeArchive(folder, {
      entries: [memoryEntry('uploads/note.txt', { content: `note ${number}` })],
      changeManifest: (manifest) => ({ ...manifest, name }),
    });
    await client.upload(archive.segments);
    await client.seal(name, archive.recipePath);
    rmSync(folder, { recursive: true });
  }
  await client.close();
}
