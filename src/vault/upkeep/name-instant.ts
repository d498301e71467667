import type { ArchiveName } from '../../config/archive-name.ts';

/**
 * The instant that an archive's name stands for, in `timezone`. Local times that exist twice mean the later one, and one
 * that a change of the clocks leaps over the first after it: in doubt an archive is younger, and stays longer.
 */
export function readNameInstant({ date, time = '00-00-00' }: ArchiveName, timezone: string): Date {
  const [hour = '00', minute = '00', second = '00'] = time.split('-');
  const asUtcMs = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  // Zones are at most 14 hours from UTC, and change their offset at most once within a day or two.
  const offsets = [-DAY_MS, 0, DAY_MS].map((shiftMs) => offsetMs(asUtcMs + shiftMs, timezone));
  const candidates = [...new Set(offsets.map((each) => asUtcMs - each))];
  const exact = candidates.filter((instantMs) => instantMs + offsetMs(instantMs, timezone) === asUtcMs);
  return new Date(Math.max(...(exact.length > 0 ? exact : candidates)));
}

const DAY_MS = 86_400_000;

/** How far local time is ahead of UTC at an instant. */
function offsetMs(instantMs: number, timezone: string): number {
  const parts = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instantMs);
  const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - Math.floor(instantMs / 1000) * 1000;
}
