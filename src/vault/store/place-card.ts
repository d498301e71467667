import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CARD_TEXT } from '../../archive/emergency-card.ts';
import { CARD_NAME } from '../../archive/layout.ts';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';
import { giveToGroup } from './check-assembled.ts';
import type { Store } from './layout.ts';

/** There is no secret on it: whoever gets as far as the folder may read it. */
export const CARD_MODE = 0o444;

/** Beside the archives, for whoever finds them when nothing else is left. */
export function cardPath(store: Store): string {
  return join(store.directory, CARD_NAME);
}

/**
 * Lays the emergency card of this very program beside the archives where it is missing or another: never one that a
 * client sent. An archive that is sealed stays sealed where this fails. The vault's lock must be held, since whatever
 * a killed run leaves in the assembly directory is cleared up under it.
 */
export async function placeCard(store: Store, log: Logger): Promise<void> {
  const fresh = join(store.assembly, CARD_NAME);
  try {
    if (await isCurrent(cardPath(store))) return;
    await writeDurably(fresh, CARD_TEXT, CARD_MODE);
    await giveToGroup(store, fresh);
    await rename(fresh, cardPath(store));
    await syncDirectory(store.directory);
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    log.warning(`the emergency card ${CARD_NAME} could not be laid beside the archives: ${messageOf(error)}`);
  }
}

async function isCurrent(path: string): Promise<boolean> {
  const text = Buffer.from(CARD_TEXT);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return false;
  try {
    const { uid, mode, nlink, size } = await file.stat();
    const isOurs = uid === process.geteuid?.() && (mode & 0o7777) === CARD_MODE && nlink === 1;
    return isOurs && size === text.length && text.equals(await file.readFile());
  } finally {
    await file.close();
  }
}
