import { Failure } from '../../logging/failure.ts';

/** The vault's disk took no more of an upload; `said` is what the system or rsync said. */
export function explainFullVault(label: string, said: string): Failure {
  const next =
    'Make room on the backup server (never by deleting archives by hand); what has arrived stays for the next run.';
  return new Failure('space', `the vault ${label} is full: ${said}`, next);
}

/** The vault's disk takes no writes at all. */
export function explainReadOnlyVault(label: string, said: string): Failure {
  const next = 'Nothing was sealed. Have the administrator of the backup server look at its disk (dmesg, mount).';
  return new Failure('vault', `the disk of the vault ${label} is read-only: ${said}`, next);
}
