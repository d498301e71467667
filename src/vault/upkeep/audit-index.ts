import { createHash } from 'node:crypto';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { messageOf } from '../../logging/failure.ts';
import { openArchive } from '../store/archive-file.ts';
import type { Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { recordVerdict } from '../store/verdicts.ts';

const DAY_MS = 86_400_000;
/** Each archive's index has its turn once in so many days. */
const ROUND_DAYS = 30;

/** The archives whose index is read today: every thirtieth, others each day, and the newest always. */
export function chooseForToday(lines: readonly LedgerLine[], now: Date): LedgerLine[] {
  const today = Math.floor(now.getTime() / DAY_MS) % ROUND_DAYS;
  // By the day that it was made, which never changes: what goes at the other end moves nobody's turn.
  const isToday = ({ time }: LedgerLine): boolean => Math.floor(Date.parse(time) / DAY_MS) % ROUND_DAYS === today;
  const ours = lines.filter(({ action, index }) => action === 'seal' && index !== undefined);
  return ours.filter((line, at) => isToday(line) || at === ours.length - 1);
}

/**
 * Footer and index of an archive against the ledger. What is wrong becomes a verdict: nothing builds upon it again. That
 * all is well becomes none, for this is no verification.
 */
export async function auditIndex(store: Store, { name, index = '' }: LedgerLine): Promise<string[]> {
  const what = await findWrongIndex(store, name, index);
  if (what === undefined) return [];
  await recordVerdict(store, {
    name,
    index,
    level: 'seal',
    isSound: false,
    damage: [{ where: 'index', what }],
    checked: { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 },
    time: store.now().toISOString(),
  });
  return [`${name}: ${what}`];
}

async function findWrongIndex(store: Store, name: string, expected: string): Promise<string | undefined> {
  const file = await openArchive(store, name);
  try {
    const digest = createHash('sha256');
    for await (const chunk of file.readIndex()) digest.update(chunk);
    const found = digest.digest('hex');
    if (found === expected) return undefined;
    return `its index has the digest ${found.slice(0, 12)}…, in the ledger it is ${expected.slice(0, 12)}…`;
  } catch (error) {
    if (error instanceof ArchiveDamage) return messageOf(error);
    throw error;
  } finally {
    await file.close();
  }
}
