import { countOf, formatBytes } from '../logging/quantity-text.ts';
import type { VerifyResult } from '../operations/verify.ts';
import { tellForeignProof } from './foreign-proof.ts';
import { tellKnownDamage } from './known-damage.ts';

/** More damage than this is counted, not listed. */
const LISTED = 50;

/** A verification for a terminal: what was checked, and every damaged part by name; times of `timezone`. */
export function renderVerdict(result: VerifyResult, timezone?: string): string {
  const { name, level, isSound, isForeign = false, damage, checked } = result;
  const { extents, entries, bytes, databases, tables } = checked;
  const scope = [
    countOf(entries, 'entry', 'entries') + (isForeign ? '' : ` in ${countOf(extents, 'extent')}`),
    `${countOf(databases.length, 'database')} with ${countOf(tables, 'table')}`,
    `${formatBytes(bytes)} read`,
  ].join(', ');
  const known = tellKnownDamage(result, timezone).map((sentence) => `WARNING: ${sentence}.`);
  const proof = isForeign ? tellForeignProof(result).map((sentence) => `  ${sentence}`) : [];
  if (isSound) return [`${name} is sound (${level}): ${scope}.`, ...proof, ...known].join('\n');
  const listed = damage.slice(0, LISTED).map(({ where, what }) => `  ${where}: ${what}`);
  if (damage.length > LISTED) listed.push(`  and ${damage.length - LISTED} more`);
  return [
    `${name} is DAMAGED (${level}); checked ${scope}:`,
    ...listed,
    ...(isForeign ? proof : ['Everything else in it can be restored.']),
    ...known,
  ].join('\n');
}
