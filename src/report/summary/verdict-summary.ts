import { formatBytes } from '../../logging/quantity-text.ts';
import type { Verdict } from '../../vault/vault-client.ts';
import { code, countOf, details, formatCount, joinLines, list, table } from './markdown.ts';

/** More damage, or more names of databases, than this is counted, not listed. */
const LISTED = 50;

const LEVELS = {
  seal: 'digests compared with the receipt',
  full: 'every chunk, the tar as other readers see it, and every dump read again',
};

/** A verification: sound or not, what was checked, every damaged part by name. */
export function summarizeVerdict(verdict: Verdict): string {
  const { name, index, level, isSound, damage, checked, time } = verdict;
  const { databases } = checked;
  return joinLines([
    isSound ? `### ✅ Sound (${level})` : `### ❌ DAMAGED in ${countOf(damage.length, 'part')} (${level})`,
    '',
    code(name),
    ...(isSound
      ? []
      : [
          '',
          ...list(
            damage.map(({ where, what }) => `${where}: ${what}`),
            LISTED,
          ),
        ]),
    ...table(
      ['Checked', ''],
      [
        ['How', LEVELS[level]],
        ['Entries', formatCount(checked.entries)],
        ['Extents', formatCount(checked.extents)],
        ['Read', formatBytes(checked.bytes)],
        ['Databases', formatCount(databases.length)],
        ['Tables', formatCount(checked.tables)],
      ],
      [1],
    ),
    ...details('Details', [
      `- Index ${code(index)}`,
      `- Verified ${code(time)}, by the vault's clock`,
      ...(databases.length > 0 ? ['- Databases:', ...list(databases, LISTED).map((line) => `  ${line}`)] : []),
    ]),
    isSound
      ? '**Next:** nothing.'
      : "**Next:** run a backup, which brings anew what is damaged; then look at the backup server's disk. Everything else in the archive can be restored.",
  ]);
}
