import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { countOf } from '../../logging/quantity-text.ts';
import type { Store } from '../store/layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from '../store/ledger.ts';
import type { UpkeepRecord } from '../vault-client.ts';
import { auditCard, auditFile, auditPlaces, auditReceipt, findStrays } from './audit-files.ts';
import { auditIndex, chooseForToday } from './audit-index.ts';
import { judgeClock, readClockRecord } from './prune-clock.ts';
import { recordUpkeep } from './record.ts';
import { readRemovalNote } from './removal-note.ts';
import { withVaultLock } from './vault-lock.ts';

export interface AuditOptions {
  store: Store;
  logger: Logger;
  lockWaitMs?: number;
  signal?: AbortSignal;
}

export interface AuditResult extends UpkeepRecord {
  verb: 'audit';
  archives: number;
  /** Archives whose index was read today. */
  indexesRead: number;
}

/**
 * Holds the ledger against the disk. Every file is looked at, a thirtieth of the indexes is read. What a killed seal has
 * left is finished first; what a killed prune has left is no fault, and finished by the next.
 * @throws Failure `locked`.
 */
export async function audit({ store, logger, lockWaitMs, signal }: AuditOptions): Promise<AuditResult> {
  const keeperUid = process.getuid?.() ?? 0;
  const faults: string[] = [];
  // Under the lock, for a seal is on disk before it is in the ledger. This takes moments; indexes are read without it.
  const locked = { store, logger, holder: 'audit', settlesRemovals: false, lockWaitMs, signal };
  const lines = await withVaultLock(locked, async () => {
    const ledger = await readLedger(store);
    if (ledger.fault !== undefined) faults.push(`the ledger was changed by another hand: ${ledger.fault}`);
    if (ledger.tornBytes > 0)
      logger.warning("the ledger's last line was cut off by a crash; the chain goes on before it");
    const clockFault = judgeClock(store.now().getTime(), ledger, await readClockRecord(store));
    if (clockFault !== undefined) faults.push(clockFault);
    const present = listLedgerArchives(ledger);
    for (const line of present) {
      faults.push(...(await auditFile(store, line, keeperUid)), ...(await auditReceipt(store, line)));
    }
    const leaving = await readRemovalNote(store);
    const expected = [...present, ...(leaving ? [leaving.entry] : [])].map(({ name }) => name);
    faults.push(...(await findStrays(store, new Set(expected))));
    faults.push(...(await auditCard(store, keeperUid)), ...(await auditPlaces(store, keeperUid)));
    return present;
  });
  const read = chooseForToday(lines, store.now());
  for (const line of read) {
    signal?.throwIfAborted();
    faults.push(...(await readIndexOf(store, line)));
  }
  const checked = `${countOf(lines.length, 'archive')}, ${countOf(read.length, 'index', 'indexes')} read`;
  const result: AuditResult = {
    verb: 'audit',
    time: store.now().toISOString(),
    isFine: faults.length === 0,
    summary:
      faults.length === 0 ? `${checked}: all as the ledger says` : `${countOf(faults.length, 'fault')} (${checked})`,
    faults,
    archives: lines.length,
    indexesRead: read.length,
  };
  await recordUpkeep(store, result);
  return result;
}

/** An archive that is not there has been told of, or has been pruned since. */
async function readIndexOf(store: Store, line: LedgerLine): Promise<string[]> {
  try {
    return await auditIndex(store, line);
  } catch (error) {
    const isThere = listLedgerArchives(await readLedger(store)).some(({ name }) => name === line.name);
    return isThere ? [`${line.name} cannot be read: ${messageOf(error)}`] : [];
  }
}
