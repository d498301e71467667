import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Platform } from '../../../src/operations/platform.ts';
import { beginJournal, writeJournal } from '../../../src/operations/restore/journal.ts';
import { findUnfinished, warnOfUnfinished } from '../../../src/operations/restore/unfinished.ts';
import { writeHalted } from '../../../src/operations/services/halted-record.ts';
import { acquireLock } from '../../../src/system/lock.ts';

describe('what a restore has begun and not ended', () => {
  let state: string;
  let platform: Platform;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'unfinished-'));
    const now = () => new Date('2026-01-31T03:00:00Z');
    platform = { config: { state, timezone: 'Europe/Paris' }, holder: 'restore of latest', now } as Platform;
  });
  afterEach(() => rm(state, { recursive: true }));

  async function begin(): Promise<void> {
    const about = { id: '20260131030000-0123ab', archive: 'backup_full_2026-01-30.tar.gz', databases: [], files: [] };
    await writeJournal(state, { ...beginJournal(platform, about), phase: 'swapping' });
    const container = { id: 'a'.repeat(64), name: 'hub-app-1', service: 'app', halt: 'stop' as const };
    await writeHalted(state, {
      version: 1,
      holder: 'restore of latest',
      since: '2026-01-31T03:00:01Z',
      containers: [container],
    });
  }

  it('is nothing on a host where all is done', async () => {
    expect(await findUnfinished(platform)).toBeUndefined();
    expect(await warnOfUnfinished(platform)).toEqual([]);
  });

  it('goes on as long as somebody has the lock', async () => {
    const lock = await acquireLock(join(state, 'lock'), { holder: 'restore of latest' });
    await begin();
    expect(await findUnfinished(platform)).toMatchObject({
      isGoingOn: true,
      findings: [
        'the restore of backup_full_2026-01-30.tar.gz, begun 2026-01-31 04:00 Europe/Paris, is going on',
        'app: halted by restore of latest, 2026-01-31 04:00 Europe/Paris',
      ],
    });
    lock.release();
  });

  it('was interrupted where nobody has it: which command ends it, and starts the services, is said', async () => {
    await begin();
    const [restore, services] = [
      'the restore of backup_full_2026-01-30.tar.gz, begun 2026-01-31 04:00 Europe/Paris, was interrupted while it was put in place: the next backup, restore, undo or forget carries it through',
      'app: halted by restore of latest, 2026-01-31 04:00 Europe/Paris, which is over; the next backup, restore, undo or forget starts them',
    ];
    expect(await findUnfinished(platform)).toMatchObject({ isGoingOn: false, findings: [restore, services] });
    expect(await warnOfUnfinished(platform)).toEqual([`${restore}; ${services}; this plan may change then`]);
    // To have looked leaves no lock.
    (await acquireLock(join(state, 'lock'), { holder: 'backup' })).release();
  });
});
