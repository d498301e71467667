import { listLedgerArchives, readLedger, type LedgerLine } from '../store/ledger.ts';
import type { Store } from '../store/layout.ts';

/** What came into a vault since a time, and what was there before. Times RFC 3339, by the vault's clock. */
export interface SealedSince {
  since: string;
  /** Oldest first. */
  archives: Pick<LedgerLine, 'time' | 'name' | 'size' | 'newBytes' | 'trigger'>[];
  /** The newest archive of ours from before that time. */
  newestBefore?: { time: string; name: string };
  /** Why the ledger cannot be trusted. */
  ledgerFault?: string;
}

/** Whoever held production's key could add archives, and nothing else: these are the ones that it can have added. */
export async function listSealedSince(store: Store, since: Date): Promise<SealedSince> {
  const ledger = await readLedger(store);
  const sealed = listLedgerArchives(ledger).filter(({ action }) => action === 'seal');
  const isLater = ({ time }: LedgerLine): boolean => Date.parse(time) >= since.getTime();
  const before = sealed.filter((line) => !isLater(line) && line.trigger !== 'safety').at(-1);
  return {
    since: since.toISOString(),
    archives: sealed.filter(isLater).map(({ time, name, size, newBytes, trigger }) => ({
      time,
      name,
      size,
      newBytes,
      ...(trigger ? { trigger } : {}),
    })),
    ...(before ? { newestBefore: { time: before.time, name: before.name } } : {}),
    ...(ledger.fault === undefined ? {} : { ledgerFault: ledger.fault }),
  };
}
