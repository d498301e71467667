import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type Store } from '../../src/vault/store/layout.ts';
import { appendToLedger, listLedgerArchives, parseLedger, readLedger } from '../../src/vault/store/ledger.ts';

const entry = (day: number) =>
  ({
    time: `2026-11-0${day}T02:00:00.000Z`,
    action: 'seal',
    name: `backup_full_2026-11-0${day}.tar.gz`,
    size: 1000,
    index: String(day).repeat(64),
    newBytes: 10,
  }) as const;

describe('the ledger', () => {
  let directory: string;
  let store: Store;
  let path: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'continuity-ledger-'));
    store = await openStore({ directory });
    path = join(directory, '.vault', 'ledger.jsonl');
    for (const day of [1, 2, 3]) await appendToLedger(store, entry(day));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('chains its lines', async () => {
    const ledger = await readLedger(store);
    expect(ledger).toMatchObject({ tornBytes: 0, tip: ledger.lines[2]?.digest });
    expect(ledger.fault).toBeUndefined();
    expect(ledger.lines.map(({ previous }) => previous)).toEqual([
      '0'.repeat(64),
      ledger.lines[0]?.digest,
      ledger.lines[1]?.digest,
    ]);
  });

  it('107: goes on before a line that a crash has cut at any byte, reports it, and keeps what was cut', async () => {
    const whole = readFileSync(path);
    const lastStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (const length of [lastStart + 1, lastStart + 50, whole.length - 2]) {
      writeFileSync(path, whole.subarray(0, length));
      const torn = await readLedger(store);
      expect(torn.fault).toBeUndefined();
      expect(torn.tornBytes).toBe(length - lastStart);
      expect(torn.lines).toHaveLength(2);
      await appendToLedger(store, entry(4));
      const mended = await readLedger(store);
      expect(mended).toMatchObject({ tornBytes: 0 });
      expect(mended.fault).toBeUndefined();
      expect(mended.lines.map(({ name }) => name.slice(19, 22))).toEqual(['-01', '-02', '-04']);
    }
    expect(readFileSync(path.replace('jsonl', 'torn'), 'utf8').split('\n')).toHaveLength(4);
  });

  it('107: counts a last line that lacks nothing but its newline', async () => {
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await appendToLedger(store, entry(4));
    expect(await readLedger(store)).toMatchObject({ tornBytes: 0, lines: { length: 4 } });
    expect((await readLedger(store)).fault).toBeUndefined();
  });

  it('108: names the line where a line before it was edited, taken out, put in or swapped', () => {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const [one = '', two = '', three = ''] = lines;
    const check = (changed: string[]): string | undefined => parseLedger(Buffer.from(`${changed.join('\n')}\n`)).fault;
    expect(check(lines)).toBeUndefined();
    expect(check([one.replace('1000', '1001'), two, three])).toBe('chain broken at line 2');
    expect(check([one, three])).toBe('chain broken at line 2');
    expect(check([two, three])).toBe('chain broken at line 1');
    expect(check([one, one, two, three])).toBe('chain broken at line 2');
    expect(check([one, two, 'x', three])).toBe('line 3 is not a line of a ledger');
  });

  it('knows what should be there: what was pruned or retired no longer is', async () => {
    await appendToLedger(store, { ...entry(1), action: 'prune' });
    await appendToLedger(store, { ...entry(5), action: 'foreign' });
    expect(listLedgerArchives(await readLedger(store)).map(({ name }) => name.slice(19, 22))).toEqual([
      '-02',
      '-03',
      '-05',
    ]);
  });
});
