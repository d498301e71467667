import { describe, expect, it } from '@jest/globals';
import { Failure, toFailure } from '../../../src/logging/failure.ts';

const seeMore = 'Run it again with --verbose';

describe('what was thrown', () => {
  it('says of a disk that takes no more what to look at, and is no fault of ours to report', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS']) {
      const thrown = Object.assign(new Error(`${code}: write`), { code, path: '/var/lib/x' });
      const failure = toFailure(thrown, seeMore);
      expect(failure.kind).toBe('space');
      expect(failure.message).toMatch(/disk .*for \/var\/lib\/x/);
      expect(failure.next).toContain('df -h');
    }
    expect(toFailure(Object.assign(new Error('x'), { code: 'ENOSPC' }), seeMore).message).not.toContain('undefined');
  });

  it('stays what it is where somebody foresaw it, and is to be reported where nobody did', () => {
    const foreseen = new Failure('source', 'a', 'b');
    expect(toFailure(foreseen, seeMore)).toBe(foreseen);
    for (const thrown of [
      new Error('oops'),
      'oops',
      undefined,
      null,
      Object.assign(new Error('oops'), { code: 'toString' }),
    ]) {
      expect(toFailure(thrown, seeMore)).toMatchObject({
        kind: 'failed',
        next: expect.stringContaining(`${seeMore}, and report`),
      });
    }
  });
});
