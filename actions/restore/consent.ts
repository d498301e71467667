import { parseArchiveName, type ArchiveSelection } from '../../src/config/archive-name.ts';
import { Failure } from '../../src/logging/failure.ts';

/**
 * Without a list whoever may run the workflow may restore. With one, everybody who had a hand in the run is on it.
 * @throws Failure `refused`.
 */
export function checkActors(actors: readonly (string | undefined)[], allowed: readonly string[] | undefined): void {
  if (!allowed) return;
  // GitHub's names know no difference between large and small letters.
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  const stranger = actors.find((actor) => actor === undefined || !names.has(actor.toLowerCase()));
  if (!actors.includes(undefined) && stranger === undefined) return;
  throw new Failure(
    'refused',
    `${stranger ?? 'whoever started this'} is not among allowed-actors`,
    'Nothing was done. Have one of them run it, or run it with dry-run.',
  );
}

/**
 * Checks what was typed as far as that is possible before the vault is asked.
 * @throws Failure `refused`.
 */
export function checkConfirmation(selection: ArchiveSelection, confirm: string | undefined): void {
  const typed = confirm === undefined ? undefined : parseArchiveName(confirm);
  const fits =
    typed !== undefined &&
    (selection.by === 'latest' ||
      (selection.by === 'date' ? typed.date === selection.date : typed.name === selection.archive.name));
  if (!fits) throw refuse(confirm === undefined ? 'is missing' : 'does not repeat the full name of the archive');
}

/**
 * Whether the plan is about the very archive whose name was typed.
 * @throws Failure `refused` where it is about another one.
 */
export function checkConsent(archive: string, confirm: string | undefined): true {
  if (confirm === archive) return true;
  throw refuse(`does not repeat the name of the archive that would be restored, ${archive}`);
}

function refuse(what: string): Failure {
  return new Failure(
    'refused',
    `input confirm ${what}`,
    'Nothing was changed. Run it with dry-run, read the plan, and type the full name that it shows.',
  );
}
