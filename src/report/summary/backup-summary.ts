import { countOf, formatBytes, formatDuration } from '../../logging/quantity-text.ts';
import type { BackupResult } from '../../operations/backup.ts';
import type { ArchiveSummary } from '../../vault/vault-client.ts';
import { NOT_TAMPER_PROOF } from '../backup-report.ts';
import { tellKit } from '../kit-report.ts';
import { sourcesTable, tellChanges } from './changes-table.ts';
import { code } from '../../logging/code-span.ts';
import { details, joinLines, list } from './markdown.ts';
import { nightsSection } from './nights-table.ts';

/** More warnings than this are counted, not listed. */
const LISTED = 50;

/** A backup: what a phone shows at 04:00 first, the rest folded. `recent`: the last nights, newest first. */
export function summarizeBackup(result: BackupResult, recent: readonly ArchiveSummary[] = []): string {
  const { archive, vault, warnings, conditions, manifest, changes, durationMs } = result;
  const isOld = result.alreadyThere && !manifest;
  const size = `${formatBytes(result.sizeBytes)}, ${formatBytes(result.storedBytes)} of it new`;
  return joinLines([
    isOld ? `### ✅ Sealed already: nothing to do` : `### ✅ Backed up: ${size}, in ${formatDuration(durationMs)}`,
    '',
    `${code(archive)} is sealed on ${code(vault)}.`,
    ...(changes ? [tellChanges(changes)] : []),
    ...(!changes && !isOld ? ['There was no earlier archive to build upon: everything is new.'] : []),
    ...(warnings.length > 0 ? ['', `⚠️ **${countOf(warnings.length, 'warning')}**, below.`] : []),
    ...(isOld ? [] : sourcesTable(manifest, changes)),
    ...(manifest?.kit ? ['', tellKit(manifest.kit)] : []),
    ...(warnings.length > 0 ? details(countOf(warnings.length, 'warning'), list(warnings, LISTED)) : []),
    ...(conditions.length > 0 ? details(`Standing conditions (${conditions.length})`, list(conditions, LISTED)) : []),
    ...nightsSection(recent),
    ...details('Numbers', [
      `- Size ${size}`,
      `- Read ${formatBytes(result.readBytes)} of files, sent ${formatBytes(result.sentBytes)}`,
      `- Took ${formatDuration(durationMs)}`,
      `- Index ${code(result.index)}`,
    ]),
    ...(result.isTamperProof ? [] : ['', `_${NOT_TAMPER_PROOF}_`]),
    '',
    warnings.length > 0
      ? '**Next:** look at the warnings below.'
      : `**Next:** have it verified, where no job does: ${code(`npm run -s continuity -- verify ${archive}`)}`,
  ]);
}
