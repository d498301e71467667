import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readState, writeState, type FaultState } from '../../../src/alerts/state.ts';

let root: string;
let places: string[];
const state: FaultState = {
  version: 1,
  since: '2026-11-24T02:00:00.000Z',
  observedAt: '2026-11-24T03:00:00.000Z',
  keys: ['a'],
  changes: 0,
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'alert-state-'));
  places = [join(root, 'vault', 'alerts'), join(root, 'log', 'alerts')];
  mkdirSync(join(root, 'vault'));
  mkdirSync(join(root, 'log'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('what was told', () => {
  it('is kept in one file for each subject, for its owner alone, and forgotten', async () => {
    await writeState(places, 'vault.scrub', state);
    await writeState(places, 'vault.audit', { ...state, toldAt: state.since });
    expect(statSync(join(places[0] ?? '', 'vault.scrub.json')).mode & 0o777).toBe(0o600);
    expect(await readState(places, 'vault.scrub')).toEqual(state);
    expect(await readState(places, 'vault.audit')).toMatchObject({ toldAt: state.since });
    await writeState(places, 'vault.scrub', undefined);
    expect(await readState(places, 'vault.scrub')).toBeUndefined();
    expect(readdirSync(places[0] ?? '')).toEqual(['vault.audit.json']);
  });

  it('goes to the second place where the volume of the first is not mounted, and makes no folder there', async () => {
    rmSync(join(root, 'vault'), { recursive: true });
    await writeState(places, 'vault.freshness', state);
    expect(existsSync(join(root, 'vault'))).toBe(false);
    expect(await readState(places, 'vault.freshness')).toEqual(state);
  });

  it('is the newest word of both places, and forgotten in both', async () => {
    await writeState([places[1] ?? ''], 'vault.freshness', { ...state, observedAt: '2026-11-24T05:00:00.000Z' });
    await writeState(places, 'vault.freshness', state);
    expect(await readState(places, 'vault.freshness')).toMatchObject({ observedAt: '2026-11-24T05:00:00.000Z' });
    await writeState(places, 'vault.freshness', undefined);
    expect(await readState(places, 'vault.freshness')).toBeUndefined();
  });

  it.each([
    ['cut', '{"version":1,"since'],
    ['of another form', '{"version":2}'],
    ['empty', ''],
  ])('is unreadable, not absent, where the file is %s', async (_what, text) => {
    mkdirSync(places[0] ?? '');
    writeFileSync(join(places[0] ?? '', 'vault.prune.json'), text);
    expect(await readState(places, 'vault.prune')).toBe('unreadable');
  });

  it('says so where no place takes it', async () => {
    await expect(writeState([join(root, 'none', 'alerts')], 'vault.prune', state)).rejects.toThrow('ENOENT');
  });
});
