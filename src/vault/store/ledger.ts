import { createHash } from 'node:crypto';
import { readFile, truncate } from 'node:fs/promises';
import type { Trigger } from '../../archive/manifest.ts';
import { appendDurably } from '../../system/durable-file.ts';
import { ledgerPath, type Store } from './layout.ts';

/** One line of the ledger. Times are the vault's, sizes in bytes. */
export interface LedgerEntry {
  /** When it was done; of a foreign archive the instant that its name gives: its age counts from there. */
  time: string;
  /** `foreign`: adopted, not sealed. `prune` and `retire` end what the earlier lines began. */
  action: 'seal' | 'foreign' | 'prune' | 'retire';
  name: string;
  size: number;
  /** SHA-256 of the archive's index; absent where it has none. */
  index?: string;
  newBytes: number;
  /** Why the archive was made, as its manifest says. */
  trigger?: Trigger;
  /** SHA-256 of the whole file, of a foreign archive. */
  sha256?: string;
  /** Why an archive was retired, in the words of whoever did it; of a foreign one, when it was adopted. */
  reason?: string;
  /** SHA-256 of the line before, of zeros for the first. */
  previous: string;
}

export interface LedgerLine extends LedgerEntry {
  /** SHA-256 of this line: it covers all lines before. */
  digest: string;
}

export interface Ledger {
  lines: LedgerLine[];
  /** Why the chain cannot be trusted, naming the first bad line. */
  fault?: string;
  /** Bytes at the end that a crash left of a line. The chain goes on before them. */
  tornBytes: number;
  /** Digest that the next line has to name. */
  tip: string;
}

const GENESIS = '0'.repeat(64);

/** Reads the ledger and follows its chain. Lines behind a broken one are still read: they say what should be there. */
export async function readLedger(store: Store): Promise<Ledger> {
  return parseLedger(await readBytes(ledgerPath(store)));
}

/** Nothing where there is no ledger yet; one that cannot be read must never be taken for that. */
async function readBytes(path: string): Promise<Buffer> {
  return await readFile(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
}

/** What these bytes say as a ledger. A last line that a crash cut is counted in bytes, and is no fault. */
export function parseLedger(bytes: Buffer): Ledger {
  const ledger: Ledger = { lines: [], tornBytes: 0, tip: GENESIS };
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    number++;
    const entry = parseEntry(line.toString('utf8'));
    // Written whole but for its newline, the last line counts: whoever wrote it may have had its receipt.
    if (!entry && newline === -1) {
      ledger.tornBytes = line.length;
      break;
    }
    if (!entry) ledger.fault ??= `line ${number} is not a line of a ledger`;
    else if (entry.previous !== ledger.tip) ledger.fault ??= `chain broken at line ${number}`;
    ledger.tip = createHash('sha256').update(line).digest('hex');
    if (entry) ledger.lines.push({ ...entry, digest: ledger.tip });
    start = end + 1;
  }
  return ledger;
}

/**
 * Adds a line and makes it last; the vault's lock must be held. What a crash left of a line is put aside first, into
 * `ledger.torn`.
 */
export async function appendToLedger(store: Store, entry: Omit<LedgerEntry, 'previous'>): Promise<LedgerLine> {
  const path = ledgerPath(store);
  const bytes = await readBytes(path);
  const { tip, tornBytes } = parseLedger(bytes);
  if (tornBytes > 0) {
    const torn = Buffer.concat([bytes.subarray(-tornBytes), Buffer.from('\n')]);
    await appendDurably(path.replace(/jsonl$/, 'torn'), torn, 0o600);
    await truncate(path, bytes.length - tornBytes);
  }
  const wholeBytes = bytes.length - tornBytes;
  const text = JSON.stringify({ ...entry, previous: tip } satisfies LedgerEntry);
  const lead = wholeBytes > 0 && bytes[wholeBytes - 1] !== 0x0a ? '\n' : '';
  await appendDurably(path, `${lead}${text}\n`, 0o600);
  return { ...entry, previous: tip, digest: createHash('sha256').update(text).digest('hex') };
}

/** The archives that should be there, oldest line first. */
export function listLedgerArchives(ledger: Ledger): LedgerLine[] {
  const present = new Map<string, LedgerLine>();
  for (const line of ledger.lines) {
    if (line.action === 'seal' || line.action === 'foreign') present.set(line.name, line);
    else present.delete(line.name);
  }
  return [...present.values()];
}

function parseEntry(text: string): LedgerEntry | undefined {
  try {
    const entry = JSON.parse(text) as LedgerEntry;
    const isWhole =
      typeof entry.time === 'string' &&
      typeof entry.name === 'string' &&
      typeof entry.action === 'string' &&
      typeof entry.previous === 'string' &&
      Number.isSafeInteger(entry.size) &&
      Number.isSafeInteger(entry.newBytes);
    return isWhole ? entry : undefined;
  } catch {
    return undefined;
  }
}
