import { PathChoice } from '../../src/archive/path-choice.ts';
import { parseInstant } from '../../src/config/instant.ts';
import { Failure } from '../../src/logging/failure.ts';
import { toJsonText } from '../../src/logging/json-text.ts';
import { printable } from '../../src/logging/printable.ts';
import { find } from '../../src/operations/find.ts';
import { FindReport } from '../../src/report/find-report.ts';
import type { CommandDefinition } from './command.ts';
import { openPlatform } from './platform.ts';
import { writeLine } from './write-line.ts';

const DAY_MS = 86_400_000;

export const findCommand: CommandDefinition = {
  name: 'find',
  summary: 'List every archive that holds a path, by its versions; with --json one object a name.',
  example: "npm run -s continuity -- find 'uploads/student_0042/**/report*.pdf' --since 2026-01-01",
  arguments: [{ name: 'path', description: 'a path or glob in the archives, such as uploads/student_0042/cv.pdf' }],
  options: [
    { flags: '--since <date>', description: 'only archives from that day or time on' },
    { flags: '--until <date>', description: 'only archives up to that day, or before that time' },
    { flags: '--all', description: 'show every name and version' },
  ],
  async run(context, [path = ''], { since, until, all }) {
    const choice = PathChoice.parse([path]);
    const platform = await openPlatform(context, 'find');
    const { timezone } = platform.config;
    const from = since === undefined ? undefined : readInstant('--since', since as string, timezone);
    const to = until === undefined ? undefined : readInstant('--until', until as string, timezone);
    const found = await find(platform, {
      choice,
      ...(from ? { since: from } : {}),
      ...(to ? { before: /^\d{4}-\d\d-\d\d$/.test(until as string) ? nextDay(to, timezone) : to } : {}),
    });
    try {
      // First of all: where nothing is found, it may be in one of these.
      for (const { archive, reason } of found.unread)
        platform.logger.warning(`${archive} was not searched: ${printable(reason)}`);
      const report = new FindReport(found, { path, showsAll: all === true, timezone });
      for await (const name of found.names) {
        const text = context.json ? toJsonText(name) : report.show(name);
        if (text !== undefined) await writeLine(text);
      }
      if (!context.json) await writeLine(report.end());
    } finally {
      await found.close();
    }
    return undefined;
  },
};

/** @throws Failure `usage` */
function readInstant(option: string, text: string, timezone: string): Date {
  const instant = parseInstant(text, timezone);
  if (instant) return instant;
  throw new Failure(
    'usage',
    `${option}: expected a day or time such as 2026-01-31 or "2026-01-31 14:30"`,
    'Nothing was searched.',
  );
}

/** The beginning of the next day, which is not always 24 hours away: the clocks change. */
function nextDay(instant: Date, timezone: string): Date {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone });
  return parseInstant(format.format(instant.getTime() + 1.5 * DAY_MS), timezone) ?? instant;
}
