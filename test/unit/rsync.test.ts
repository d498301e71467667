import { describe, expect, it } from '@jest/globals';

import { Failure } from '../../src/logging/failure.ts';
import { NetworkTrouble } from '../../src/vault/client/retry.ts';
import { explainRsyncFailure, listRsyncArguments, readSentBytes } from '../../src/vault/client/rsync.ts';
import { parseRsyncCommand } from '../../src/vault/server/rsync-command.ts';

const explain = (code: number | null, stderr = '', isMissing = false) =>
  explainRsyncFailure({ code, stdout: '', stderr, isMissing }, 'a@vault:4660');

describe('rsync on our side', () => {
  it('is given paths that it can take for nothing else', () => {
    const args = listRsyncArguments({ files: ['-e', 'host:a', '/b'], socket: '/tmp/tc-1/s', bandwidthLimitBytes: 1 });
    expect(args.slice(args.indexOf('--'))).toEqual([
      '--',
      `${process.cwd()}/-e`,
      `${process.cwd()}/host:a`,
      '/b',
      'vault:./',
    ]);
    // 0 would mean no limit at all.
    expect(args).toContain('--bwlimit=1');
  });

  it('asks for a form that the vault lets in', () => {
    const words = 'rsync --server -Ie.LsfxCIvu --timeout=60 --bwlimit=50000 --stats --partial . ./'.split(' ');
    expect(parseRsyncCommand(words, '/incoming').at(-1)).toBe('/incoming');
  });

  it('counts the bytes it sent', () => {
    expect(readSentBytes('Literal data: 5 bytes\nTotal bytes sent: 3506487\nTotal bytes received: 54\n')).toBe(3506487);
    expect(readSentBytes('')).toBe(0);
  });

  it.each([10, 12, 30, 35, 255])('is tried again where code %i tells of the network', (code) => {
    const trouble = explain(code, 'rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n');
    if (!(trouble instanceof NetworkTrouble)) throw trouble;
    expect(trouble.failure).toMatchObject({
      kind: 'vault',
      message: `the upload to a@vault:4660 broke off (code ${code}): rsync: connection unexpectedly closed (0 bytes received so far) [sender]`,
    });
  });

  it.each([
    [11, 'rsync: [receiver] write failed on "x": No space left on device (28)', 'space', 'is full'],
    [12, 'rsync: [receiver] write failed on "x": Disk quota exceeded (122)', 'space', 'is full'],
    [12, 'skills-vault: refused or failed: reader: "rsync": a reader may not send', 'refused', 'a reader may not send'],
    [12, 'sh: 1: rsync: not found', 'vault', 'has no rsync'],
    [127, '', 'vault', 'has no rsync'],
    [2, 'protocol version mismatch -- is your shell clean?', 'vault', 'protocol incompatibility'],
    [23, 'rsync: [sender] link_stat "/x" failed: No such file or directory (2)', 'vault', 'ended with code 23'],
    [null, '', 'vault', 'was killed'],
  ] as const)('is explained, and not tried again: code %s, %s', (code, stderr, kind, message) => {
    const failure = explain(code, stderr);
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('is named with its package where it is missing here', () => {
    expect(explain(127, "env: 'rsync': No such file or directory\n", true)).toMatchObject({
      message: 'the program rsync is missing on this host',
    });
  });
});
