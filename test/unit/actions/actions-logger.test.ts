import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createActionsLogger, type ActionsLogger } from '../../../actions/frame/actions-logger.ts';
import { readRunnerLog } from '../../fixtures/runner-log.ts';

/** What the runner makes of what a step says. */
function listen(say: (logger: ActionsLogger) => void) {
  const write = process.stdout.write.bind(process.stdout);
  let output = '';
  process.stdout.write = (text: string | Uint8Array) => {
    output += text.toString();
    return true;
  };
  try {
    const logger = createActionsLogger({
      title: 'Continuity backup',
      redact: (text) => text.replaceAll('canary', '***'),
      progressIntervalMs: 0,
    });
    say(logger);
    logger.close();
  } finally {
    process.stdout.write = write;
  }
  const read = readRunnerLog(output);
  return { output, ...read, of: (name: string) => read.commands.filter((command) => command.name === name) };
}

describe('the log of a step', () => {
  it('shows phases as groups that are all closed', () => {
    const { commands, shown } = listen((logger) => {
      logger.phase('Dump');
      logger.info('one');
      logger.phase('Send');
      logger.info('two');
    });
    expect(commands.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'group Dump',
      'endgroup ',
      'group Send',
      'endgroup ',
    ]);
    expect(shown).toContain('one');
  });

  it('shows at most ten annotations of a kind, the last of which counts the others; no message is lost', () => {
    const { of, shown } = listen((logger) => {
      for (let at = 1; at <= 25; at += 1) {
        logger.warning(`odd ${at}`);
        logger.error(`wrong ${at}`);
      }
    });
    for (const [name, word] of [
      ['warning', 'odd'],
      // One place is left for why the step failed.
      ['error', 'wrong'],
    ] as const) {
      const limit = name === 'error' ? 9 : 10;
      expect(of(name)).toHaveLength(limit);
      expect(of(name)[0]).toEqual({ name, properties: { title: 'Continuity backup' }, value: `${word} 1` });
      expect(of(name).at(-1)?.value).toBe(`${26 - limit} more ${name}s: see the log and the summary`);
      for (let at = 1; at <= 25; at += 1) expect(shown).toContain(`${word} ${at}`);
    }
  });

  it('shows as many annotations as there are where ten are enough', () => {
    const { of } = listen((logger) => {
      for (let at = 1; at <= 9; at += 1) logger.warning(`odd ${at}`);
    });
    expect(of('warning').map(({ value }) => value)).not.toContainEqual(expect.stringContaining('more'));
    expect(of('warning')).toHaveLength(9);
  });

  it('cuts an annotation where GitHub would', () => {
    expect(listen((logger) => logger.warning('x'.repeat(70_000))).of('warning')[0]?.value.length).toBe(4000);
  });

  it('writes progress as lines', () => {
    const { shown } = listen((logger) => {
      logger.progress({ phase: 'dump app', done: 0, total: 100_000_000, unit: 'bytes' });
      logger.progress({ phase: 'dump app', done: 50_000_000, total: 100_000_000, unit: 'bytes' });
    });
    expect(shown).toMatch(/dump app.*50/);
  });

  it('holds no secret and no command, whoever says it and however', () => {
    const text = fc
      .array(
        fc.constantFrom(
          '::add-mask::a',
          '##[error]x',
          '::stop-commands::w',
          '\n',
          '\r',
          'canary',
          ' ',
          'a',
          '%0A::error::x',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (message) => {
        const { output, commands } = listen((logger) => {
          for (const say of ['debug', 'info', 'warning', 'error', 'phase'] as const) logger[say](message);
        });
        expect(output).not.toContain('canary');
        expect(commands.map(({ name }) => name)).toEqual(['debug', 'warning', 'error', 'group', 'endgroup']);
      }),
    );
  });
});
