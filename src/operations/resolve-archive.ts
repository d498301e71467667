import { selectArchive } from '../config/archive-name.ts';
import { Failure } from '../logging/failure.ts';
import type { ArchiveSummary, VaultStatus } from '../vault/vault-client.ts';

/**
 * Finds the archive that an operator means. `latest` is the newest of ours that no verification found damaged and that
 * is no safety copy of a state which somebody was about to replace; a date means its nightly, else the newest of that day.
 *
 * @throws Failure where there is none, naming the nearest that there is.
 */
export function resolveArchive(request: string, status: VaultStatus): ArchiveSummary {
  const selection = selectArchive(request);
  const present = status.archives.filter(({ fault }) => fault === undefined).sort(bySealing);
  const candidates = present.filter(isTrusted);
  const found =
    selection.by === 'latest'
      ? candidates[0]
      : selection.by === 'name'
        ? status.archives.find(({ name }) => name === selection.archive.name)
        : (candidates.find(({ name }) => name === `backup_full_${selection.date}.tar.gz`) ??
          candidates.find(({ name }) => name.startsWith(`backup_full_${selection.date}`)));
  if (!found) {
    throw new Failure(
      'usage',
      selection.by === 'latest'
        ? 'the vault holds no archive that can be trusted'
        : `the vault holds no archive for ${request}`,
      adviseInstead(request, status.warnings, present),
    );
  }
  if (found.fault !== undefined) {
    throw new Failure(
      'damaged',
      `${found.name}: ${found.fault}`,
      'Choose another archive (list), and look into the vault.',
    );
  }
  return found;
}

/** What the operator may have meant. */
function adviseInstead(request: string, warnings: readonly string[], present: readonly ArchiveSummary[]): string {
  const stray = warnings.find((warning) => warning.startsWith(`${request} `));
  if (stray !== undefined) return `${stray}.`;
  const namesOf = (archives: readonly ArchiveSummary[]): string => archives.map(({ name }) => name).join(', ');
  const former = present.filter(({ isForeign, name }) => isForeign && name.startsWith(`backup_full_${request}_`));
  if (former.length > 0) return `The former script made ${namesOf(former)} on that day: give its full name.`;
  const newest = present.filter(isTrusted).slice(0, 3);
  return newest.length > 0 ? `The newest are ${namesOf(newest)}; list shows them all.` : 'Run backup, or look at list.';
}

/** Newest first, by the vault's own clock. */
function bySealing(a: ArchiveSummary, b: ArchiveSummary): number {
  return a.sealed < b.sealed ? 1 : -1;
}

/** Ours, no safety copy, and no verification found it damaged. */
export function isTrusted({ isForeign, verdict, trigger }: ArchiveSummary): boolean {
  return !isForeign && trigger !== 'safety' && verdict?.isSound !== false;
}
