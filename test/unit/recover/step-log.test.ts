import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../../../src/logging/logger.ts';
import type { RecoveryRecord } from '../../../src/operations/recover/recovery-record.ts';
import { StepLog } from '../../../src/operations/recover/step-log.ts';

const silent = { info() {}, phase() {} } as unknown as Logger;
const save = () => Promise.resolve();
const begin = (changes: Partial<RecoveryRecord> = {}): RecoveryRecord => ({
  version: 1,
  scenario: 'c',
  started: '2026-11-20T03:00:00.000Z',
  durationsMs: {},
  ...changes,
});

describe('the steps of a recovery', () => {
  it('leave out the time that a person took to answer', async () => {
    const record = begin();
    const log = new StepLog(silent, ['restore'], record, save);
    let waitedMs = 0;
    const begun = performance.now();
    await log.run('restore', async () => {
      await log.ask(async () => {
        const asked = performance.now();
        await sleep(300);
        waitedMs = performance.now() - asked;
      });
    });
    const tookMs = performance.now() - begun;
    expect(record.durationsMs['restore']).toBeLessThanOrEqual(tookMs - waitedMs + 1);
    expect(log.times).toEqual([{ step: 'restore', durationMs: record.durationsMs['restore'], earlier: false }]);
  });

  it('keep how long they took once the recovery has come to its end', async () => {
    const record = begin({ finished: '2026-11-20T03:20:00.000Z', durationsMs: { databases: 44_000 } });
    const log = new StepLog(silent, ['databases', 'health'], record, save);
    await log.run('databases', () => Promise.resolve());
    await log.run('health', () => Promise.resolve());
    expect(record.durationsMs['databases']).toBe(44_000);
    expect(log.times[0]).toEqual({ step: 'databases', durationMs: 44_000, earlier: true });
    // Asked for the first time: the address was not in the line before.
    expect(log.times[1]).toMatchObject({ step: 'health', earlier: false });
  });
});
