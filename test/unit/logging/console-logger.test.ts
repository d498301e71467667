import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createConsoleLogger } from '../../../src/logging/console-logger.ts';
import { describeProgress } from '../../../src/logging/progress-rate.ts';
import { formatBytes, formatDuration } from '../../../src/logging/quantity-text.ts';

function speak(options: {
  isTerminal?: boolean;
  hasColor?: boolean;
  isVerbose?: boolean;
  progressIntervalMs?: number;
}) {
  const stream = Object.assign(new PassThrough(), { isTTY: options.isTerminal === true, columns: 120 });
  const logger = createConsoleLogger({ stream, isTerminal: false, hasColor: false, isVerbose: false, ...options });
  return { logger, said: () => (stream.read() as Buffer | null)?.toString() ?? '' };
}

describe('the console', () => {
  it('names warnings and errors, and keeps debug messages to itself', () => {
    const { logger, said } = speak({});
    logger.debug('hidden');
    logger.info('plain');
    logger.warning('odd');
    logger.error('wrong');
    expect(said()).toBe('plain\nwarning: odd\nerror: wrong\n');
  });

  it('shows debug messages on request, and colours only where it may', () => {
    const { logger, said } = speak({ isVerbose: true, hasColor: true });
    logger.debug('shown');
    logger.info('plain');
    logger.warning('odd');
    expect(said()).toBe('\u001b[2mshown\u001b[0m\nplain\n\u001b[33mwarning: odd\u001b[0m\n');
  });

  it('passes nothing on that a terminal obeys, but line ends', () => {
    const { logger, said } = speak({ hasColor: true });
    logger.warning('one \u001b[31m\ntwo\u009b2J');
    expect(said()).toBe('\u001b[33mwarning: one  [31m\ntwo 2J\u001b[0m\n');
  });

  it('writes a plain line now and then where nobody watches', async () => {
    const { logger, said } = speak({ progressIntervalMs: 20 });
    logger.progress({ phase: 'sending', done: 0, total: 100_000_000, unit: 'bytes' });
    logger.progress({ phase: 'sending', done: 1, total: 100_000_000, unit: 'bytes' });
    expect(said()).toBe('');
    await new Promise((resolve) => setTimeout(resolve, 40));
    logger.progress({ phase: 'sending', done: 50_000_000, total: 100_000_000, unit: 'bytes' });
    expect(said()).toMatch(/^sending: 50 MB of 100 MB, [\d.]+ [MG]B\/s, 0\.\d s left\n$/);
  });

  it('draws bars on a terminal, with messages above them, and lets the program end', () => {
    const { logger, said } = speak({ isTerminal: true });
    logger.progress({ phase: 'sending', done: 10, total: 100, unit: 'files' });
    logger.info('a message');
    logger.progress({ phase: 'sending', done: 60, total: 100, unit: 'files' });
    logger.progress({ phase: 'walking', done: 60, unit: 'files' });
    logger.info('a second message');
    logger.close();
    const text = said();
    expect(text).toContain('a message\n');
    expect(text).toMatch(/60 files of 100 files .* left/);
    expect(text).toContain('a second message\n');
    expect(text.indexOf('walking')).toBeGreaterThan(text.indexOf('a message\n'));
  });
});

describe('quantities in words', () => {
  it('are short', () => {
    expect([0, 999, 1_500, 9_960, 120e6, 999.7e6, 4e12].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '10 kB',
      '120 MB',
      '1.0 GB',
      '4.0 TB',
    ]);
    expect([420, 12_000, 185_000, 7_800_000, 360_000_000].map(formatDuration)).toEqual([
      '0.4 s',
      '12 s',
      '3 min 05 s',
      '2 h 10 min',
      '4 d 4 h',
    ]);
  });

  it('leave out what cannot be known', () => {
    expect(describeProgress({ phase: 'x', done: 5, unit: 'files' }, 0, 1000)).toEqual({
      amount: '5 files',
      rate: '5 files/s',
      left: '',
    });
    expect(describeProgress({ phase: 'x', done: 0, total: 9, unit: 'bytes' }, 0, 0)).toEqual({
      amount: '0 B of 9 B',
      rate: '',
      left: '',
    });
  });
});
