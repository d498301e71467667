import type { Verdict } from '../vault/vault-client.ts';
import { formatBytes } from '../logging/quantity-text.ts';

/** More damage than this is counted, not listed. */
const LISTED = 50;

/** A verification for a terminal: what was checked, and every damaged part by name. */
export function renderVerdict({ name, level, isSound, damage, checked }: Verdict): string {
  const { extents, entries, bytes, databases, tables } = checked;
  const scope = `${entries} entries in ${extents} extents, ${databases.length} databases with ${tables} tables, ${formatBytes(bytes)} read`;
  if (isSound) return `${name} is sound (${level}): ${scope}.`;
  const listed = damage.slice(0, LISTED).map(({ where, what }) => `  ${where}: ${what}`);
  if (damage.length > LISTED) listed.push(`  and ${damage.length - LISTED} more`);
  return [`${name} is DAMAGED (${level}); checked ${scope}:`, ...listed, 'Everything else in it can be restored.'].join(
    '\n',
  );
}
