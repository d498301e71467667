import { countOf } from '../../logging/quantity-text.ts';
import type { AuditResult } from '../../vault/upkeep/audit.ts';
import { headUpkeep } from './upkeep-head.ts';

/** What does not fit between ledger and disk; times of `timezone`. */
export function renderAudit(result: AuditResult, timezone: string): string {
  const lines = headUpkeep(result, timezone);
  if (!result.isFine) {
    const looked = `${countOf(result.archives, 'archive')} looked at, ${countOf(result.indexesRead, 'index', 'indexes')} read.`;
    lines.push('', looked, 'Change nothing before it is known who did this; docs/upkeep.md, "What audit finds".');
  }
  return lines.join('\n');
}
