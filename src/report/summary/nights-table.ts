import { parseArchiveName } from '../../config/archive-name.ts';
import { countOf, formatBytes, formatCount } from '../../logging/quantity-text.ts';
import type { ArchiveSummary } from '../../vault/vault-client.ts';
import { code } from '../../logging/code-span.ts';
import { details, table } from './markdown.ts';

const DAY_MS = 86_400_000;
/** The longest bar, in characters: what still stands beside three numbers on a phone. */
const BAR_CHARACTERS = 8;
/** No more rows than this, whatever the dates say. */
const MOST_ROWS = 62;

/** The last nights, newest first (as `chooseNights` gives them), those without an archive among them. */
export function nightsSection(recent: readonly ArchiveSummary[]): string[] {
  if (recent.length === 0) return [];
  const rows: string[][] = [];
  const fullBytes = scaleOf(recent);
  let missing = 0;
  let expected: number | undefined;
  for (const archive of recent) {
    if (rows.length >= MOST_ROWS) break;
    const date = parseArchiveName(archive.name)?.date;
    const day = date === undefined ? undefined : Date.parse(date);
    for (
      ;
      day !== undefined && expected !== undefined && expected > day && rows.length < MOST_ROWS;
      expected -= DAY_MS
    ) {
      rows.push([dayOf(expected), '', '', '', '❌ no backup']);
      missing++;
    }
    rows.push([
      nightOf(archive.name),
      formatBytes(archive.sizeBytes),
      formatBytes(archive.newBytes),
      drawBar(archive.newBytes, fullBytes),
      verdictOf(archive),
    ]);
    if (day !== undefined) expected = day - DAY_MS;
  }
  const gaps = missing > 0 ? `, ${formatCount(missing)} without a backup` : '';
  return details(
    `Last ${countOf(rows.length, 'night')}${gaps}`,
    table(['Night', 'Size', 'New', '', 'Verified'], rows, [1, 2]),
  );
}

/** What is new as a bar; beyond the scale (a first archive is new as a whole) it says so at its end. */
export function drawBar(bytes: number, fullBytes: number): string {
  if (bytes <= 0) return '';
  if (bytes > fullBytes) return `${'█'.repeat(BAR_CHARACTERS)}»`;
  const eighths = Math.max(1, Math.round((bytes / fullBytes) * BAR_CHARACTERS * 8));
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest > 0 ? String.fromCodePoint(0x2590 - rest) : '');
}

/** The most that a night brought, those left aside that were mostly new: all others would be a hair beside them. */
function scaleOf(archives: readonly ArchiveSummary[]): number {
  const ordinary = archives.filter(({ newBytes, sizeBytes }) => newBytes < sizeBytes / 2);
  return Math.max(1, ...(ordinary.length > 0 ? ordinary : archives).map(({ newBytes }) => newBytes));
}

function verdictOf({ fault, verdict, isForeign }: ArchiveSummary): string {
  if (fault !== undefined) return `❌ ${code(fault, 80)}`;
  if (!verdict) return isForeign ? 'former script, never' : 'never';
  return verdict.isSound ? `✅ ${verdict.level}` : `❌ DAMAGED (${verdict.level})`;
}

/** What tells an archive's name from its neighbours'. */
function nightOf(name: string): string {
  const parsed = parseArchiveName(name);
  if (!parsed) return code(name, 60);
  return parsed.time === undefined ? parsed.date : `${parsed.date} ${parsed.time.replaceAll('-', ':')}`;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
