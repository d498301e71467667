import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

import { restoreTime } from '../../../src/archive/file-touches.ts';

it('puts any time back to the nanosecond, before 1970 as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'times-'));
  const file = await open(join(folder, 'file'), 'w');
  for (const mtimeNs of [-1_500_000_000n, -1_000_000_000n, -876_543_211n, -1n, 0n, 1n, 1_700_000_000_123_456_789n]) {
    await restoreTime(file, mtimeNs);
    expect((await file.stat({ bigint: true })).mtimeNs).toBe(mtimeNs);
  }
  await file.close();
  await rm(folder, { recursive: true });
});
