import { tmpdir } from 'node:os';
import { expect, it } from '@jest/globals';

import { checkStateRoom } from '../../../src/operations/restore/room.ts';

it('refuses an archive that has to be copied to the state folder and does not fit, before anything of it is fetched', async () => {
  const { refusals, warnings } = await checkStateRoom(tmpdir(), 1e15);
  expect(refusals).toEqual([
    expect.stringMatching(
      /^the disk of the state folder .* free, and the whole archive has to be copied there, 1000 TB: /,
    ),
  ]);
  expect(warnings).toEqual([]);
});
