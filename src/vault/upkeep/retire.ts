import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { findNewest } from '../store/greet.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from '../store/ledger.ts';
import { removeArchive } from './remove-archive.ts';
import { withVaultLock } from './vault-lock.ts';

/** Reasons are for the ledger: a sentence. */
const MAX_REASON_CHARACTERS = 300;

export interface RetireOptions {
  store: Store;
  logger: Logger;
  name: string;
  /** Why, in a sentence; stays in the ledger for ever. */
  reason: string;
  /** Also where it is the newest whole archive of ours. */
  evenNewest?: boolean;
  /** Asked last, with the archive as the ledger knows it; only `true` goes on. */
  confirm: (line: LedgerLine) => Promise<boolean>;
  lockWaitMs?: number;
  signal?: AbortSignal;
}

export interface RetireResult {
  name: string;
  reason: string;
  sizeBytes: number;
  /** False where the question was declined. */
  isRetired: boolean;
}

/**
 * Removes one archive for good, whatever its age, and writes down why. One that is lost already is so taken off the
 * ledger.
 * @throws Failure `usage`, `vault` for an unknown name, `refused` for the newest archive, `locked`.
 */
export async function retire(options: RetireOptions): Promise<RetireResult> {
  const { store, logger, name, confirm, lockWaitMs, signal } = options;
  const reason = requireReason(options.reason);
  const asked = await findRetirable(options);
  const result = { name, reason, sizeBytes: asked.size };
  // Not while the lock is held: a person may take their time.
  if (!(await confirm(asked))) return { ...result, isRetired: false };
  return await withVaultLock({ store, logger, holder: `retire of ${name}`, lockWaitMs, signal }, async () => {
    const line = await findRetirable(options);
    await removeArchive(store, { line, action: 'retire', reason }, logger);
    return { ...result, isRetired: true };
  });
}

async function findRetirable({ store, name, evenNewest, logger }: RetireOptions): Promise<LedgerLine> {
  const ledger = await readLedger(store);
  if (ledger.fault !== undefined) logger.warning(`the ledger was changed by another hand: ${ledger.fault}`);
  const line = listLedgerArchives(ledger).find((known) => known.name === name);
  if (!line) {
    throw new Failure(
      'vault',
      `the ledger knows no archive ${JSON.stringify(name.slice(0, 60))}`,
      'Give the whole name as list shows it. A file that the ledger does not know is removed by hand, as root.',
    );
  }
  if (evenNewest !== true && (await findNewest(store, ledger))?.name === name) {
    throw new Failure(
      'refused',
      `${name} is the newest whole archive: the next backup builds upon it, and a restore would begin with it`,
      'Run a backup first, or give --even-newest.',
    );
  }
  return line;
}

function requireReason(text: string): string {
  const reason = text.trim();
  const isFit = reason.length > 0 && reason.length <= MAX_REASON_CHARACTERS && !/[\p{Cc}\u2028\u2029]/u.test(reason);
  if (isFit) return reason;
  throw new Failure(
    'usage',
    `a reason is one line of 1 to ${MAX_REASON_CHARACTERS} characters`,
    'Say who asked for it and why: it stays in the ledger.',
  );
}
