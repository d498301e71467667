import { describe, expect, it } from '@jest/globals';
import { CANARY, canaryKey, canaryPassword, findCanary } from '../../fixtures/canary-secrets.ts';

describe('the search for planted secrets', () => {
  it.each([
    ['plain', canaryPassword],
    ['in a URL', encodeURIComponent(canaryPassword)],
    ['in JSON', JSON.stringify({ canaryKey })],
    ['in base64', Buffer.from(canaryPassword).toString('base64')],
    ...['', '-', '--'].map((shift) => [
      `in base64 behind ${shift}`,
      Buffer.from(`${shift}${CANARY};`).toString('base64'),
    ]),
    ['as a line of a key', canaryKey.split('\n')[2] ?? ''],
  ])('finds them %s', (_, text) => {
    expect(findCanary(`before ${text} after`)).not.toEqual([]);
  });

  it('finds none where there is none', () => {
    expect(findCanary('postgres://canary:***@127.0.0.1')).toEqual([]);
  });
});
