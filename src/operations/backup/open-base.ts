import type { IndexReader } from '../../archive/index-reader.ts';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { countOf } from '../../logging/quantity-text.ts';
import type { Greeting, VaultClient } from '../../vault/vault-client.ts';
import type { IndexCache } from './base-index.ts';

/** The archive that tonight's takes unchanged extents over from. */
export interface Base {
  name: string;
  /** SHA-256 of its index. */
  index: string;
  reader: IndexReader;
  /** Digests of extents that are damaged there. */
  barred: ReadonlySet<string>;
}

interface BaseQuestion {
  vault: VaultClient;
  cache: IndexCache;
  logger: Logger;
}

/** Last night's archive, whose unchanged extents tonight's takes over; without one, everything is new. */
export async function openBase(question: BaseQuestion, newest: Greeting['newest']): Promise<Base | undefined> {
  if (!newest) return undefined;
  const { vault, cache, logger } = question;
  try {
    const reader = await cache.open(await cache.obtain(vault, newest));
    logger.info(`Building on ${newest.name}.`);
    const barred = new Set(newest.barred);
    if (barred.size > 0) {
      const extents = countOf(barred.size, 'extent');
      logger.warning(`${newest.name}: ${extents} damaged on the backup server's disk; brought anew.`);
    }
    return { name: newest.name, index: newest.index, reader, barred };
  } catch (error) {
    if (error instanceof Failure && error.kind === 'damaged') return await openOlderBase(question, newest, error);
    // An index of another version of the format: a whole new archive is better than none.
    if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
    logger.warning(`${newest.name} cannot be built on (${error.message}): everything is read and sent.`);
    return undefined;
  }
}

/** Has the vault see that its newest archive is damaged, and takes the one that it then names. */
async function openOlderBase(
  question: BaseQuestion,
  damaged: NonNullable<Greeting['newest']>,
  failure: Failure,
): Promise<Base | undefined> {
  const { vault, logger } = question;
  const { isSound } = await vault.verify(damaged.name, 'seal');
  const { newest } = await vault.hello();
  // What the vault finds well was damaged on its way here.
  if (isSound || newest?.name === damaged.name) throw failure;
  logger.warning(`${damaged.name} is damaged on the backup server's disk (its index): it is not built upon.`);
  return await openBase(question, newest);
}
