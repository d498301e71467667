import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  readHalted,
  removeHalted,
  writeHalted,
  type HaltedRecord,
} from '../../../src/operations/services/halted-record.ts';

const id = 'a'.repeat(64);
const record: HaltedRecord = {
  version: 1,
  holder: 'restore of latest (pid 12)',
  since: '2026-11-23T21:17:13.272Z',
  containers: [{ id, name: 'hub-app-1', service: 'app', halt: 'stop' }],
};

let state: string;
beforeEach(() => void (state = mkdtempSync(join(tmpdir(), 'continuity-halted-'))));
afterEach(() => rmSync(state, { recursive: true }));
const path = () => join(state, 'halted-services.json');

describe('the record of halted services', () => {
  it('is read as it was written, by its owner alone, and is gone when all run again', async () => {
    expect(await readHalted(state)).toBeUndefined();
    await writeHalted(state, record);
    expect(await readHalted(state)).toEqual(record);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    await removeHalted(state);
    expect(existsSync(path())).toBe(false);
  });

  it.each(['_worker', '.hidden', 'a.b_c-d', '9'])('holds a service named %s, as compose allows it', async (service) => {
    const named = { ...record, containers: [{ id, name: `hub-${service}-1`, service, halt: 'stop' as const }] };
    await writeHalted(state, named);
    expect(await readHalted(state)).toEqual(named);
  });

  it('is not written where it would be refused when it is read', async () => {
    const odd = { ...record, containers: [{ id, name: 'hub-f-1', service: '-f', halt: 'stop' as const }] };
    await expect(writeHalted(state, odd)).rejects.toMatchObject({ kind: 'refused' });
    expect(existsSync(path())).toBe(false);
  });

  it.each([
    ['a container that is an option', { ...record, containers: [{ ...record.containers[0], id: '--all' }] }],
    ['a service that is an option', { ...record, containers: [{ ...record.containers[0], service: '-f' }] }],
    ['a name with a line end', { ...record, containers: [{ ...record.containers[0], name: 'a\nb' }] }],
    ['an unknown way of halting', { ...record, containers: [{ ...record.containers[0], halt: 'remove' }] }],
    ['no list', { ...record, containers: 'all' }],
    ['no object', [1]],
  ])('is refused where it holds %s', async (_what, content) => {
    writeFileSync(path(), JSON.stringify(content));
    await expect(readHalted(state)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('is not as the toolkit writes it'),
    });
  });

  it('is refused where a newer version wrote it, and where it was cut', async () => {
    writeFileSync(path(), JSON.stringify({ ...record, version: 2 }));
    await expect(readHalted(state)).rejects.toMatchObject({ message: expect.stringContaining('newer version') });
    writeFileSync(path(), JSON.stringify(record).slice(0, 50));
    await expect(readHalted(state)).rejects.toMatchObject({ kind: 'refused' });
  });
});
