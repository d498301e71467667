import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openArchive } from '../../src/vault/store/archive-file.ts';
import { extentsPath, openStore, type Store } from '../../src/vault/store/layout.ts';
import { listLedgerArchives, readLedger } from '../../src/vault/store/ledger.ts';
import { listOwnRecords, loadOwnExtents } from '../../src/vault/store/own-records.ts';
import { readExtentTable } from '../../src/vault/store/read-extent-table.ts';
import { handOver } from '../../src/vault/upkeep/extent-records.ts';
import { removeArchive } from '../../src/vault/upkeep/remove-archive.ts';
import { scrub } from '../../src/vault/upkeep/scrub.ts';
import type { Night } from '../fixtures/assemble.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';
import { requireVolume, whyNoVolume, type Volume } from '../fixtures/volume.ts';

const reason = whyNoVolume('xfs');
if (reason !== undefined) console.warn(`skipped: no XFS volume to test on (${reason})`);

describe.each<[string, number[], number | undefined]>([
  ['the oldest first, as prune does', [0, 1, 2, 3, 4], undefined],
  ['from the middle, as retire may', [2, 4, 1, 3, 0], undefined],
  ['though one of them has no record', [1, 3, 0, 2, 4], 1],
  ['though an heir has no record', [1, 0, 3, 2, 4], 3],
])('archives that share extents go: %s', (_, order, withoutRecord) => {
  if (reason !== undefined) {
    it.skip('there is no volume', () => {});
    return;
  }
  const names = [0, 1, 2, 3, 4, 5].map((hour) => nightName().replace('.tar.gz', `_0${hour}-00-00.tar.gz`));
  const at = (ordinal: number): string => names[ordinal] ?? '';
  let volume: Volume;
  let vault: NightVault;
  let store: Store;

  beforeAll(async () => {
    volume = requireVolume('xfs');
    vault = makeNightVault(volume.mountPoint);
    rmSync(vault.directory, { recursive: true });
    // Later than the seals by more than a second, in which times are counted.
    store = await openStore({ directory: vault.directory, now: () => new Date(Date.now() + 60_000) });
    const client = await vault.open();
    const nights: Night[] = [];
    const files = new Map<string, Buffer>();
    for (let number = 0; number < 8; number++) files.set(`uploads/${number}`, randomBytes(70_000));
    for (const [hour, name] of names.entries()) {
      // Each night something comes, something changes, and something goes.
      files.set(`uploads/${hour}`, randomBytes(80_000));
      files.set(`uploads/new-${hour}`, randomBytes(70_000));
      files.delete(`uploads/new-${hour - 2}`);
      const before = nights.at(-1);
      const night = await vault.build(
        name,
        Object.fromEntries(files),
        before && { ...before, path: join(vault.directory, at(hour - 1)) },
      );
      await vault.send(client, name, night);
      nights.push(night);
    }
    if (withoutRecord !== undefined) rmSync(extentsPath(store, at(withoutRecord)));
  });
  afterAll(() => {
    volume.remove();
    vault.remove();
  });

  it('and every extent that is left is still somebody’s own, along the archives that it was built upon', async () => {
    if (withoutRecord === undefined) expect(await countUnowned(store)).toBe(0);
    for (const ordinal of order) {
      const line = listLedgerArchives(await readLedger(store)).find(({ name }) => name === at(ordinal));
      if (!line) throw new Error('it has gone');
      // Cut off behind the hand-over, it is done again.
      await handOver(store, line.name);
      await removeArchive(store, { line, action: 'retire', reason: 'a test' }, silent);
      expect(await countUnowned(store)).toBe(0);
    }
    if (withoutRecord === undefined) expect(await listOwnRecords(store)).toEqual([at(5)]);
    // Later than the last hand-over likewise: a record that it made anew counts as read at that time.
    const later = { ...store, now: () => new Date(Date.now() + 120_000) };
    const settings = { scrub: { withinDays: 30 } };
    const result = await scrub({ store: later, settings, logger: silent, readsAll: true });
    expect(result).toMatchObject({ isFine: true, archives: 1, bytes: result.totalBytes });
  });
});

/** Extents that no record has which a scrub would read: neither the archive's own nor that of one it shares with. */
async function countUnowned(store: Store): Promise<number> {
  let unowned = 0;
  for (const { name, index = '' } of listLedgerArchives(await readLedger(store))) {
    const owned = new Set<string>();
    let isWhollyOwn = false;
    for (let next: string | undefined = name; next !== undefined;) {
      const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === next);
      if (!line) break;
      const own = await loadOwnExtents(store, line.name, line.index ?? '');
      // The next scrub makes the record, with all extents.
      if (!own) {
        isWhollyOwn = true;
        break;
      }
      for (const { sha256 } of own) owned.add(sha256);
      next = own.about.base;
    }
    const file = await openArchive(store, name);
    for (const { sha256 } of await readExtentTable(file, index)) if (!owned.has(sha256) && !isWhollyOwn) unowned++;
    await file.close();
  }
  return unowned;
}
