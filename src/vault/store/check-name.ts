import { parseArchiveName } from '../../config/archive-name.ts';
import { Failure } from '../../logging/failure.ts';
import { MAX_DAYS_OFF } from '../protocol/limits.ts';

const DAY_MS = 86_400_000;

/**
 * Checks the name under which an archive is to be sealed: the pattern, the calendar, and the vault's clock. Dates are
 * local ones, of a zone that the vault does not know: whole days are compared.
 * @throws Failure `refused`.
 */
export function checkSealName(name: string, clock: Date): void {
  const parsed = parseArchiveName(name);
  if (!parsed) {
    throw new Failure(
      'refused',
      `${JSON.stringify(name.slice(0, 60))} is not the name of an archive`,
      'Check the date in it.',
    );
  }
  if (parsed.foreign) {
    throw new Failure('refused', `${name} is a name of the former script`, 'Nothing new is sealed under such a name.');
  }
  const today = clock.toISOString().slice(0, 10);
  const daysOff = Math.abs(Date.parse(parsed.date) - Date.parse(today)) / DAY_MS;
  if (daysOff <= MAX_DAYS_OFF) return;
  throw new Failure(
    'refused',
    `the archive is dated ${parsed.date}, but the backup server's clock says ${clock.toISOString()}: ${daysOff} days apart`,
    `Set the clock that is wrong (timedatectl, NTP); at most ${MAX_DAYS_OFF} days are allowed.`,
  );
}
