import { randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { MAX_RECIPE_BYTES } from '../protocol/limits.ts';
import type { Store } from './layout.ts';
import { requireSpace } from './space.ts';

/** Between two looks at the disk: many clients may be sending at once. */
const LOOK_EVERY_BYTES = 16 * 1024 * 1024;

/**
 * Takes a recipe off the wire into a file without a name, so that a client that stalls holds no lock and leaves nothing
 * behind. The caller closes it.
 * @throws Failure `refused` where it is too long, `space` where it would take the disk's reserve.
 */
export async function receiveRecipe(store: Store, body: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const path = join(store.assembly, `recipe-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path, { force: true });
  try {
    let receivedBytes = 0;
    let nextLook = LOOK_EVERY_BYTES;
    for await (const chunk of body) {
      receivedBytes += chunk.length;
      if (receivedBytes > nextLook) {
        await requireSpace(store, LOOK_EVERY_BYTES);
        nextLook += LOOK_EVERY_BYTES;
      }
      if (receivedBytes > MAX_RECIPE_BYTES) {
        throw new Failure(
          'refused',
          'the recipe is longer than any may be',
          'Run the backup again, with less at once.',
        );
      }
      await file.appendFile(chunk);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
