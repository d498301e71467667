import { formatTime } from '../../logging/format-time.ts';
import { countOf, formatBytes, formatCount } from '../../logging/quantity-text.ts';
import type { VerifyResult } from '../../operations/verify.ts';
import { adviseForeign, tellForeignProof } from '../foreign-proof.ts';
import { tellKnownDamage } from '../known-damage.ts';
import { code } from '../../logging/code-span.ts';
import { details, joinLines, list, table } from './markdown.ts';

/** More damage, or more names of databases, than this is counted, not listed. */
const LISTED = 50;

const LEVELS = {
  seal: 'digests compared with the receipt',
  full: 'every chunk, the tar as other readers see it, and every dump read again',
  scrub: 'some extents read again',
};

/** Of an archive of the former script. */
const FOREIGN_LEVELS = {
  ...LEVELS,
  seal: 'size compared with the ledger',
  full: 'all of it read: digest, gzip, tar, and the dumps in */db to their last lines',
};

/** A verification: sound or not, what was checked, every damaged part by name; times of `timezone`. */
export function summarizeVerdict(verdict: VerifyResult, timezone?: string): string {
  const { name, index, damage, checked, time, isSound, level } = verdict;
  const known = tellKnownDamage(verdict, timezone);
  const { databases } = checked;
  return joinLines([
    headingOf(verdict),
    '',
    code(name),
    ...(known.length > 0 ? ['', '⚠️ **Not all is well:**', '', ...list(known, LISTED)] : []),
    ...(isSound
      ? []
      : [
          '',
          ...list(
            damage.map(({ where, what }) => `${where}: ${what}`),
            LISTED,
          ),
        ]),
    ...(verdict.isForeign ? ['', ...list(tellForeignProof(verdict), LISTED)] : []),
    ...table(
      ['Checked', ''],
      [
        ['How', verdict.isForeign ? FOREIGN_LEVELS[level] : LEVELS[level]],
        ['Entries', formatCount(checked.entries)],
        ['Extents', formatCount(checked.extents)],
        ['Read', formatBytes(checked.bytes)],
        ['Databases', formatCount(databases.length)],
        ['Tables', formatCount(checked.tables)],
      ],
      [1],
    ),
    ...details('Details', [
      ...(verdict.isForeign ? [] : [`- Index ${code(index)}`]),
      `- Verified ${code(formatTime(time, timezone))}, by the vault's clock`,
      ...(databases.length > 0 ? ['- Databases:', ...list(databases, LISTED).map((line) => `  ${line}`)] : []),
    ]),
    nextOf(verdict),
  ]);
}

function headingOf({ level, isSound, damage, knownDamaged, newerDamaged = [] }: VerifyResult): string {
  if (!isSound) return `### ❌ DAMAGED in ${countOf(damage.length, 'part')} (${level})`;
  if (knownDamaged) return `### ⚠️ Sound (${level}), but known as damaged`;
  if (newerDamaged.length > 0) return `### ⚠️ Sound (${level}), but what is newer is damaged`;
  return `### ✅ Sound (${level})`;
}

function nextOf(verdict: VerifyResult): string {
  const { name, isSound, isForeign, knownDamaged, newerDamaged = [] } = verdict;
  const mend = "run a backup, which brings anew what is damaged; then look at the backup server's disk.";
  if (!isSound && isForeign) return `**Next:** ${adviseForeign(verdict)}.`;
  if (!isSound) return `**Next:** ${mend} Everything else in the archive can be restored.`;
  if (knownDamaged)
    return `**Next:** ${code(`npm run -s continuity -- verify ${name} --level full`)} tells what is so.`;
  return newerDamaged.length > 0 ? `**Next:** ${mend}` : '**Next:** nothing.';
}
