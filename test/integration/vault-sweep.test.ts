import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { acquireLock } from '../../src/system/lock.ts';
import { lockPath, openStore, type Store } from '../../src/vault/store/layout.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { sweepIncoming, type SweepResult } from '../../src/vault/upkeep/sweep.ts';

const DAY_MS = 86_400_000;

describe('sweeping the incoming area', () => {
  let base: string;
  let store: Store;
  let clockMs: number;

  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'continuity-sweep-'));
    clockMs = Date.now();
    store = await openStore({ directory: join(base, 'vault'), now: () => new Date(clockMs) });
  });
  afterEach(() => rmSync(base, { recursive: true }));

  const sweep = (): Promise<SweepResult> =>
    sweepIncoming({ store, settings: { sweep: { afterMs: 7 * DAY_MS } }, logger: silent });
  const segment = (): string => join(store.incoming, `${randomBytes(32).toString('hex')}.segment`);

  it('102: removes what has lain unused for a week, whatever times its client gave it', async () => {
    const [old, young, cut] = [segment(), segment(), join(store.incoming, `.${'a'.repeat(64)}.segment.Xy12Zz`)];
    for (const path of [old, young, cut]) writeFileSync(path, 'x'.repeat(100));
    utimesSync(young, 0, 0);
    utimesSync(old, 4e9, 4e9);
    expect(await sweep()).toMatchObject({ removed: { files: 0 }, kept: { files: 3, bytes: 300 }, isFine: true });
    clockMs += 6.9 * DAY_MS;
    expect(await sweep()).toMatchObject({ removed: { files: 0 } });
    clockMs += 0.2 * DAY_MS;
    const result = await sweep();
    expect(result).toMatchObject({ removed: { files: 3, bytes: 300 }, kept: { files: 0 }, junk: [], isSettled: true });
    expect(readdirSync(store.incoming)).toEqual([]);
    expect(await readUpkeep(store)).toMatchObject([{ verb: 'sweep', isFine: true, summary: result.summary }]);
  });

  it('92: removes links, folders, FIFOs and other names at once, follows none, and says so', async () => {
    const outside = join(base, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'kept'), 'kept');
    symlinkSync(outside, segment());
    symlinkSync(outside, join(store.incoming, 'link'));
    linkSync(join(outside, 'kept'), segment());
    execFileSync('mkfifo', [join(store.incoming, 'fifo')]);
    mkdirSync(join(store.incoming, 'folder/inner'), { recursive: true });
    writeFileSync(join(store.incoming, 'folder/inner/file'), 'x');
    symlinkSync(outside, join(store.incoming, 'folder/inner/link'));
    writeFileSync(join(store.incoming, 'backup_full_2099-01-01.tar.gz'), 'x');
    writeFileSync(join(store.incoming, 'a\nb\u001b[2J'), 'x');
    const young = segment();
    writeFileSync(young, 'x');

    const result = await sweep();
    expect(result.isFine).toBe(false);
    expect(result.junk.map(({ what }) => what).sort()).toEqual(
      ['file', 'file', 'file', 'folder', 'link', 'link', 'special file'].sort(),
    );
    expect(result.junk.every(({ isRemoved }) => isRemoved)).toBe(true);
    expect(result.faults).toHaveLength(4);
    expect(JSON.stringify(result)).not.toMatch(/\\n|\\u001b/);
    expect(readdirSync(store.incoming)).toEqual([young.slice(store.incoming.length + 1)]);
    expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept');
    expect(await sweep()).toMatchObject({ isFine: true, junk: [] });
  });

  it('leaves a folder alone that is deeper than any it will go through, and tells', async () => {
    mkdirSync(join(store.incoming, 'deep', ...Array<string>(40).fill('d')), { recursive: true });
    const result = await sweep();
    expect(result).toMatchObject({ isFine: false, junk: [{ name: 'deep', what: 'folder', isRemoved: false }] });
    expect(result.faults[0]).toContain('have root look at it');
  });

  (process.getuid?.() === 0 ? it : it.skip)('goes on where one name cannot be removed, and tells', async () => {
    const [held, old] = [join(store.incoming, `${'0'.repeat(64)}.segment`), segment()];
    for (const path of [held, old]) writeFileSync(path, 'x');
    execFileSync('mount', ['--bind', old, held]);
    try {
      clockMs += 8 * DAY_MS;
      const result = await sweep();
      expect(result).toMatchObject({ isFine: false, removed: { files: 1 }, isSettled: true });
      expect(result.faults).toEqual([expect.stringMatching(/0{64}\.segment, and cannot be removed by the keeper/)]);
    } finally {
      execFileSync('umount', [held]);
    }
    expect(readdirSync(store.incoming)).toEqual(['0'.repeat(64) + '.segment']);
  });

  it('clears up what cut seals have left, unless one is at work', async () => {
    const leftovers = [join(store.assembly, 'backup_full_2026-01-31.tar.gz'), join(store.planning, 'x.index')];
    for (const path of leftovers) writeFileSync(path, 'x');
    const lock = await acquireLock(lockPath(store), { holder: 'seal' });
    expect(await sweep()).toMatchObject({ isSettled: false, isFine: true });
    expect(existsSync(leftovers[0] ?? '')).toBe(true);
    lock.release();
    expect(await sweep()).toMatchObject({ isSettled: true });
    expect(leftovers.map((path) => existsSync(path))).toEqual([false, false]);
  });
});
