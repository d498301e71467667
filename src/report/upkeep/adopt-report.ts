import { countOf, formatBytes } from '../../logging/quantity-text.ts';
import type { AdoptResult } from '../../vault/upkeep/adopt.ts';
import { formatTable } from '../table.ts';

/** What was taken over, and what was left alone and why. */
export function renderAdopt({ adopted, known, left, surveys, isDryRun }: AdoptResult): string {
  const bytes = adopted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const done = `${countOf(adopted.length, 'archive')} of the former script (${formatBytes(bytes)})`;
  const lines = [
    `${done} ${isDryRun ? 'would be adopted' : 'adopted'}; ${countOf(known, 'archive')} known before.`,
    ...adopted.map(({ name, sizeBytes }) => `  ${name}  ${formatBytes(sizeBytes)}`),
  ];
  if (left.length > 0) {
    const rows = left.map(({ name, why }) => [`  ${JSON.stringify(name)}`, why]);
    lines.push('', 'Left alone:', formatTable(rows));
  }
  if (surveys) {
    lines.push('', `${countOf(surveys.made, 'archive')} read through.`);
    if (surveys.unfit.length > 0) {
      const rows = surveys.unfit.map(({ name, why }) => [`  ${name}`, why]);
      lines.push('Never to be restored from:', formatTable(rows));
    }
  }
  return lines.join('\n');
}
