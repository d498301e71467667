/**
 * A point in time as people read it: `2026-11-24 00:45 Europe/Paris`, as in the names of archives of that zone. Without a
 * zone it is UTC, and says so. What is no time is shown as it came.
 */
export function formatTime(instant: Date | string, timezone = 'UTC'): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return String(instant);
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(time);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${timezone}`;
}
