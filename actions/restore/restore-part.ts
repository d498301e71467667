import type { Platform } from '../../src/operations/platform.ts';
import { restoreAs } from '../../src/operations/restore-as.ts';
import { restoreTables } from '../../src/operations/restore-tables.ts';
import { renderAs, renderTables } from '../../src/report/tables-report.ts';
import { asPlanAsJson, tablesPlanAsJson } from '../../src/report/summary/part-json.ts';
import { summarizeAs, summarizeTables } from '../../src/report/summary/tables-summary.ts';
import type { ActionOutcome } from '../frame/action.ts';
import { checkConsent } from './consent.ts';
import type { RestoreRequest } from './request.ts';
import { formatReceipt } from './receipt.ts';

/** Restores tables, or one dump as another database. */
export async function restorePart(platform: Platform, request: RestoreRequest): Promise<ActionOutcome> {
  const { archive, select, table, isInPlace, as, dryRun, allowOldClient, skipsSafetyBackup } = request;
  const { timezone } = platform.config;
  const confirm = async (plan: { archive: string }): Promise<boolean> => checkConsent(plan.archive, request.confirm);
  const shared = { archive, dryRun, allowOldClient, confirm };
  if (as !== undefined) {
    const result = await restoreAs(platform, {
      ...shared,
      as,
      ...(select ? { select } : {}),
      ...(table ? { tables: table } : {}),
    });
    return {
      result,
      outputs: {
        archive: result.plan.archive,
        plan: JSON.stringify(asPlanAsJson(result.plan)),
        verdict: result.done ? 'restored' : 'planned',
      },
      report: renderAs(result, timezone),
      summary: summarizeAs(result, timezone),
    };
  }
  const result = await restoreTables(platform, { ...shared, tables: table ?? [], isInPlace, skipsSafetyBackup });
  return {
    result,
    outputs: {
      archive: result.plan.archive,
      plan: JSON.stringify(tablesPlanAsJson(result.plan)),
      verdict: result.done ? 'restored' : 'planned',
      'safety-archive': result.safety?.archive,
      'safety-receipt': formatReceipt(result.safety),
      'kept-id': result.id,
    },
    report: renderTables(result, timezone),
    summary: summarizeTables(result, timezone),
  };
}
