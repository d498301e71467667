import { stat } from 'node:fs/promises';
import { measureRoom } from '../../system/disk-room.ts';
import type { Greeting } from '../vault-client.ts';
import type { Role } from '../protocol/words.ts';
import { listBarred } from './barred.ts';
import { readDamage } from './damage.ts';
import { archivePath, type Store } from './layout.ts';
import { listLedgerArchives, readLedger, type Ledger, type LedgerLine } from './ledger.ts';
import { listMissingPrograms } from './missing-programs.ts';
import { makeReceipt } from './publish.ts';
import { listIncoming } from './segments.ts';
import { describeSharing } from './share-extents.ts';
import { allowsBuilding, readVerdict } from './verdicts.ts';

/** What the vault says first. */
export async function greet(store: Store, role: Role, askedName?: string): Promise<Greeting> {
  const [ledger, incoming, sharing, missing, room] = await Promise.all([
    readLedger(store),
    listIncoming(store),
    describeSharing(store),
    listMissingPrograms(),
    measureRoom(store.directory),
  ]);
  const newest = await findNewest(store, ledger);
  const asked = listLedgerArchives(ledger).find(({ name, action }) => name === askedName && action === 'seal');
  return {
    protocol: 1,
    role,
    isProvisioned: store.isProvisioned,
    clock: store.now().toISOString(),
    ...(newest ? { newest } : {}),
    ...(asked ? { asked: makeReceipt(asked, true) } : {}),
    incoming,
    sharesExtents: sharing.isPossible,
    freeBytes: room.freeBytes,
    ...(room.freeFiles === undefined ? {} : { freeFiles: room.freeFiles }),
    warnings: warnOfLedger(ledger),
    conditions: [...sharing.warnings, ...missing],
  };
}

/**
 * The newest archive of ours that can be built upon; damaged and missing ones are passed over, but for those of which
 * extents alone are damaged: these are barred. Safety copies are passed over too, while there is another: they hold a
 * state that somebody was about to replace.
 */
export async function findNewest(store: Store, ledger: Ledger): Promise<Greeting['newest']> {
  const newestFirst = listLedgerArchives(ledger).reverse();
  const damage = await readDamage(store);
  const isSafety = ({ trigger }: LedgerLine): boolean => trigger === 'safety';
  for (const line of [...newestFirst.filter((known) => !isSafety(known)), ...newestFirst.filter(isSafety)]) {
    const { name, index, time, size } = line;
    if (line.action !== 'seal' || index === undefined || (await findFault(store, line))) continue;
    if (!allowsBuilding(await readVerdict(store, name, index))) continue;
    const barred = listBarred(damage, name, index);
    if (barred) return { name, index, sealed: time, sizeBytes: size, ...(barred.length > 0 ? { barred } : {}) };
  }
  return undefined;
}

/** What is wrong with the file of an archive, without reading it. */
export async function findFault(store: Store, { name, size }: LedgerLine): Promise<string | undefined> {
  const about = await stat(archivePath(store, name)).catch(() => undefined);
  if (!about?.isFile()) return 'in the ledger, but not on disk';
  return about.size === size ? undefined : `has ${about.size} bytes on disk, ${size} in the ledger`;
}

/** What a client is told of a ledger that is not as the vault wrote it; empty where all is well. */
export function warnOfLedger({ fault, tornBytes }: Ledger): string[] {
  return [
    ...(fault ? [`the ledger was changed by another hand: ${fault}`] : []),
    ...(tornBytes > 0
      ? [`the ledger's last line was cut off by a crash (${tornBytes} bytes); the chain goes on before it`]
      : []),
  ];
}
