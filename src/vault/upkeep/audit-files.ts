import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CARD_NAME } from '../../archive/layout.ts';
import { parseArchiveName } from '../../config/archive-name.ts';
import { archivePath, receiptPath, type Store } from '../store/layout.ts';
import type { LedgerLine } from '../store/ledger.ts';
import { CARD_MODE, cardPath } from '../store/place-card.ts';
import { formatMode } from './format-mode.ts';

/** What else may lie beside the archives; ext4 makes `lost+found` where the vault is a volume of its own. */
const OWN_PLACES = new Set(['.vault', '.incoming', CARD_NAME, 'lost+found']);
const ARCHIVE_MODE = 0o440;

/** The archive of a line as it lies on the disk: there, whole by its size, and the keeper's alone to change. */
export async function auditFile(store: Store, { name, size }: LedgerLine, keeperUid: number): Promise<string[]> {
  const about = await lstat(archivePath(store, name)).catch(() => undefined);
  if (!about) return [`${name} is in the ledger, but not on disk: nobody pruned or retired it`];
  if (!about.isFile()) return [`${name} is no file`];
  const faults: string[] = [];
  if (about.size !== size) faults.push(`${name} has ${about.size} bytes on disk, ${size} in the ledger`);
  const mode = about.mode & 0o7777;
  if (mode !== ARCHIVE_MODE) faults.push(`${name} has mode ${formatMode(mode)} instead of ${formatMode(ARCHIVE_MODE)}`);
  if (about.uid !== keeperUid) faults.push(`${name} belongs to user ${about.uid}, not to the keeper (${keeperUid})`);
  if (about.nlink !== 1) faults.push(`${name} has ${about.nlink} names: somebody linked it`);
  return faults;
}

/** The receipt that was given for an archive of ours. */
export async function auditReceipt(store: Store, line: LedgerLine): Promise<string[]> {
  if (line.action !== 'seal') return [];
  try {
    const receipt = JSON.parse(await readFile(receiptPath(store, line.name), 'utf8')) as Record<string, unknown>;
    if (receipt['index'] === line.index && receipt['ledger'] === line.digest) return [];
    return [`the receipt of ${line.name} is not the one that the ledger stands for`];
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return [`the receipt of ${line.name} ${isMissing ? 'is missing' : 'cannot be read'}`];
  }
}

/** The emergency card, which the next seal lays where it is missing or an older one. */
export async function auditCard(store: Store, keeperUid: number): Promise<string[]> {
  const about = await lstat(cardPath(store)).catch(() => undefined);
  if (!about) return [];
  if (!about.isFile()) return [`${CARD_NAME} is no file`];
  const mode = about.mode & 0o7777;
  return [
    ...(mode === CARD_MODE ? [] : [`${CARD_NAME} has mode ${formatMode(mode)} instead of ${formatMode(CARD_MODE)}`]),
    ...(about.uid === keeperUid ? [] : [`${CARD_NAME} belongs to user ${about.uid}, not to the keeper (${keeperUid})`]),
  ];
}

/** Whatever lies in the vault's directory and is not known; `expected` are names that the ledger or a note has. */
export async function findStrays(store: Store, expected: ReadonlySet<string>): Promise<string[]> {
  const faults: string[] = [];
  for (const name of (await readdir(store.directory)).sort()) {
    if (OWN_PLACES.has(name) || expected.has(name)) continue;
    const parsed = parseArchiveName(name);
    if (!parsed) faults.push(`${JSON.stringify(name)} does not belong into the vault`);
    else if (parsed.foreign)
      faults.push(`${name} of the former script is not in the ledger: vault adopt takes it over`);
    else faults.push(`${name} is on disk, but not in the ledger: no backup of ours put it there`);
  }
  return faults;
}

/** The places of the vault: the keeper's, and nobody else's to write to but for the incoming area. */
export async function auditPlaces(store: Store, keeperUid: number): Promise<string[]> {
  const places: [string, number][] = [
    [store.directory, 0o022],
    [store.private, 0o077],
    [join(store.private, 'ledger.jsonl'), 0o077],
    [store.incoming, 0o007],
  ];
  const faults: string[] = [];
  for (const [path, forbidden] of places) {
    const about = await lstat(path).catch(() => undefined);
    if (!about) {
      // An empty vault has no ledger yet.
      if (!path.endsWith('.jsonl')) faults.push(`${path} is missing`);
      continue;
    }
    if (about.uid !== keeperUid) faults.push(`${path} belongs to user ${about.uid}, not to the keeper (${keeperUid})`);
    const mode = about.mode & 0o7777;
    if ((mode & forbidden) !== 0)
      faults.push(`${path} has mode ${formatMode(mode)}: others may do more than they should`);
  }
  return faults;
}
