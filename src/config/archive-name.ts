import { Failure } from '../logging/failure.ts';

/** An archive's name, taken apart. */
export interface ArchiveName {
  readonly name: string;
  /** Local calendar date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Local time, `HH-MM-SS` (`HH-MM` in a foreign name); absent: the nightly of that date. */
  readonly time?: string;
  /** True for the names of the team's former script: `backup_full_YYYY-MM-DD_HH-MM.tar.gz`. */
  readonly foreign: boolean;
}

/** What an operator asked for. */
export type ArchiveSelection =
  | { readonly by: 'latest' }
  | { readonly by: 'date'; readonly date: string }
  | { readonly by: 'name'; readonly archive: ArchiveName };

const namePattern = /^backup_full_(\d{4}-\d{2}-\d{2})(?:_(\d{2}-\d{2}(?:-\d{2})?))?\.tar\.gz$/;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** Name of the nightly archive of the local date at `instant`. One per date, also where the clocks change. */
export function nightlyName(instant: Date, timezone: string): string {
  return `backup_full_${localTime(instant, timezone).date}.tar.gz`;
}

/** Name of any other archive: local date and time at `instant`, to the second. */
export function timedName(instant: Date, timezone: string): string {
  const { date, time } = localTime(instant, timezone);
  return `backup_full_${date}_${time}.tar.gz`;
}

/** Takes a name apart; undefined where the text is no archive's name, or its date or time does not exist. */
export function parseArchiveName(text: string): ArchiveName | undefined {
  const match = namePattern.exec(text);
  if (!match) return undefined;
  const [name, date, time] = match as unknown as [string, string, string | undefined];
  if (!isCalendarDate(date) || (time !== undefined && !isTimeOfDay(time))) return undefined;
  return { name, date, ...(time !== undefined && { time }), foreign: time?.length === 5 };
}

/**
 * Reads an operator's request for an archive: `latest`, a bare date, or a full name. Everything else is refused before
 * any use.
 * @throws Failure `usage`.
 */
export function selectArchive(request: string): ArchiveSelection {
  if (request === 'latest') return { by: 'latest' };
  if (datePattern.test(request) && isCalendarDate(request)) return { by: 'date', date: request };
  const archive = parseArchiveName(request);
  if (archive) return { by: 'name', archive };
  throw new Failure(
    'usage',
    `${quote(request)} names no archive`,
    'Give latest, a date such as 2026-01-31, or a full name such as backup_full_2026-01-31.tar.gz; list shows them all.',
  );
}

/** A date of the calendar, `YYYY-MM-DD`. */
function isCalendarDate(text: string): boolean {
  const instant = new Date(`${text}T00:00:00Z`);
  return datePattern.test(text) && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

function isTimeOfDay(text: string): boolean {
  const [hour, minute, second = 0] = text.split('-').map(Number) as [number, number, number?];
  return hour < 24 && minute < 60 && second < 60;
}

function localTime(instant: Date, timezone: string): { date: string; time: string } {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    time: `${parts['hour']}-${parts['minute']}-${parts['second']}`,
  };
}

/** The request as it can be shown: ASCII, one line, short. */
function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short).replace(
    /[^\x20-\x7e…]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
