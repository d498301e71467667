import { readdir } from 'node:fs/promises';
import { parseArchiveName } from '../../config/archive-name.ts';
import type { ArchiveSummary, VaultStatus } from '../vault-client.ts';
import { forecastSpace } from './forecast.ts';
import { findFault, warnOfLedger } from './greet.ts';
import type { Store } from './layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from './ledger.ts';
import { readUpkeep } from '../upkeep/record.ts';
import { readRemovalNote } from '../upkeep/removal-note.ts';
import { describeSharing } from './share-extents.ts';
import { readSpace } from './space.ts';
import { readVerdict } from './verdicts.ts';

/** Everything that is to be known of a vault without reading an archive; oldest archive first. */
export async function readStatus(store: Store): Promise<VaultStatus> {
  const now = store.now();
  const [ledger, sharing, space] = await Promise.all([readLedger(store), describeSharing(store), readSpace(store)]);
  const lines = listLedgerArchives(ledger);
  const archives: ArchiveSummary[] = [];
  for (const line of lines) archives.push(await summarise(store, line));
  const upkeep = await readUpkeep(store);
  const leaving = await readRemovalNote(store);
  const expected = [...lines, ...(leaving ? [leaving.entry] : [])].map(({ name }) => name);
  const unknown = await listUnknown(store, new Set(expected));
  const { isPossible: sharesExtents } = sharing;
  return {
    clock: now.toISOString(),
    archives,
    ...space,
    sharesExtents,
    ...forecastSpace(lines, { sharesExtents, freeBytes: space.freeBytes, now }),
    ledger: {
      lines: ledger.lines.length,
      isIntact: ledger.fault === undefined,
      ...(ledger.fault === undefined ? {} : { fault: ledger.fault }),
    },
    isProvisioned: store.isProvisioned,
    warnings: [...warnOfLedger(ledger), ...unknown.map(describeUnknown), ...sharing.warnings],
    ...(upkeep.length > 0 || store.isProvisioned ? { upkeep } : {}),
  };
}

function describeUnknown(name: string): string {
  const why = parseArchiveName(name)?.foreign
    ? 'an archive of the former script, which adopt takes over'
    : 'no backup of ours put it there, or a seal was cut';
  return `${name} is on disk, but not in the ledger: ${why}`;
}

async function summarise(store: Store, line: LedgerLine): Promise<ArchiveSummary> {
  const { name, index, sha256, size, newBytes, time, trigger } = line;
  const fault = await findFault(store, line);
  const verdict = await readVerdict(store, name, index);
  return {
    name,
    isForeign: line.action === 'foreign',
    sizeBytes: size,
    newBytes,
    sealed: time,
    ...(index === undefined ? {} : { index }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(trigger === undefined ? {} : { trigger }),
    ...(verdict ? { verdict: { level: verdict.level, isSound: verdict.isSound, time: verdict.time } } : {}),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** Files with the name of an archive that the ledger does not know. */
async function listUnknown(store: Store, known: ReadonlySet<string>): Promise<string[]> {
  const names = await readdir(store.directory);
  return names.filter((name) => parseArchiveName(name) && !known.has(name)).sort();
}
