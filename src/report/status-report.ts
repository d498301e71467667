import type { StatusResult } from '../operations/status.ts';
import type { UpkeepState } from '../operations/upkeep-state.ts';
import type { ArchiveSummary } from '../vault/vault-client.ts';
import { NOT_TAMPER_PROOF } from './backup-report.ts';
import { formatTime } from '../logging/format-time.ts';
import { countOf, formatBytes, formatCount, formatDuration } from '../logging/quantity-text.ts';
import type { KeptState } from '../operations/restore/measure-kept.ts';
import { commandLine } from './restore-report.ts';
import { formatTable } from './table.ts';
import { describeReplaced } from './undo-report.ts';

/** The vault's state for a terminal, the verdict first; times of `timezone`. */
export function renderStatus(result: StatusResult, now: Date, timezone?: string): string {
  const { state, newest, oldest, kept } = result;
  const age = newest ? formatDuration(now.getTime() - Date.parse(newest.sealed)) : '';
  const rows = [
    ['Vault', result.vault],
    ['Archives', formatCount(result.count)],
    ...(newest
      ? [['Newest', `${newest.name}, ${formatBytes(newest.sizeBytes)}, ${age} old, ${verdictOf(newest, timezone)}`]]
      : []),
    ...(oldest && oldest !== newest ? [['Oldest', `${oldest.name}, ${formatTime(oldest.sealed, timezone)}`]] : []),
    ...(state.newBytesPerNight === undefined ? [] : [['New per night', formatBytes(state.newBytesPerNight)]]),
    [
      'Free',
      `${formatBytes(state.freeBytes)} of ${formatBytes(state.totalBytes)}${state.fullOn ? `, full on ${state.fullOn}` : ''}`,
    ],
    [
      'Sharing',
      state.sharesExtents ? 'unchanged extents are shared between archives' : 'every archive takes its full size',
    ],
    [
      'Ledger',
      state.ledger.isIntact ? `intact, ${countOf(state.ledger.lines, 'line')}` : `BROKEN: ${state.ledger.fault ?? ''}`,
    ],
    ...result.upkeep.map((known) => ['Upkeep', describeUpkeep(known, timezone)]),
    ...kept.flatMap((state) => describeKeptState(state, timezone).map((line) => ['Kept', line])),
  ];
  const lines = [
    result.verdict.toUpperCase(),
    ...result.findings.map((finding) => `  ${finding}`),
    '',
    formatTable(rows),
  ];
  if (!state.isProvisioned) lines.push('', NOT_TAMPER_PROOF);
  return lines.join('\n');
}

/** What is kept of one restore, what it takes, and the command lines that it is for. */
function describeKeptState(state: KeptState, timezone: string | undefined): string[] {
  const { id, unknown } = state;
  return [
    describeReplaced(state, timezone),
    ...unknown.map((why) => `  not known: ${why}`),
    `  put it back: ${commandLine('undo', id)}`,
    `  free its space: ${commandLine('forget', id)}`,
  ];
}

/** How one kind of upkeep stands: `prune: fine, 2026-11-24 05:12 Europe/Paris: nothing pruned; …`. */
function describeUpkeep({ verb, state, time, summary }: UpkeepState, timezone: string | undefined): string {
  const verdict = {
    fine: 'fine',
    faulty: 'FAULT',
    outdated: 'fault, before the newest archive',
    late: 'LATE',
    never: '',
  };
  if (time === undefined) return `${verb}: ${summary}`;
  return `${verb}: ${verdict[state]}, ${formatTime(time, timezone)}: ${summary}`;
}

/** Archives as a table, newest first; times of `timezone`. */
export function renderArchives(archives: readonly ArchiveSummary[], timezone?: string): string {
  if (archives.length === 0) return 'The vault holds no archive.';
  const head = ['ARCHIVE', 'SIZE', 'NEW', 'SEALED', 'VERIFIED'];
  const rows = archives.map((archive) => [
    archive.name,
    formatBytes(archive.sizeBytes),
    formatBytes(archive.newBytes),
    formatTime(archive.sealed, timezone),
    archive.fault ?? verdictOf(archive, timezone),
  ]);
  return formatTable([head, ...rows], [1, 2]);
}

function verdictOf({ verdict, isForeign }: ArchiveSummary, timezone: string | undefined): string {
  if (!verdict) return isForeign ? 'foreign, never verified' : 'never verified';
  return `${verdict.isSound ? 'sound' : 'DAMAGED'} (${verdict.level}, ${formatTime(verdict.time, timezone).slice(0, 10)})`;
}
