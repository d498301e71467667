import { resolve } from 'node:path';
import { extractArchive } from '../../src/operations/extract.ts';
import { restore } from '../../src/operations/restore.ts';
import { isPartial } from '../../src/operations/restore/check-scope.ts';
import { servicesDown } from '../../src/operations/take-over.ts';
import { renderExtraction, renderRestore } from '../../src/report/restore-report.ts';
import { planAsJson } from '../../src/report/summary/plan-json.ts';
import { summarizeExtraction, summarizeRestore } from '../../src/report/summary/restore-summary.ts';
import { openPlatform } from '../frame/platform.ts';
import { runAction } from '../frame/run-action.ts';
import { checkConsent } from './consent.ts';
import { formatReceipt } from './receipt.ts';
import { readRequest } from './request.ts';
import { restorePart } from './restore-part.ts';

await runAction({
  name: 'restore',
  async run(context) {
    const asked = readRequest(context);
    const { archive, select, paths, keepsExtra, to, dryRun, skipsSafetyBackup, allowOldClient, ...request } = asked;
    const platform = await openPlatform(context, { command: `restore of ${archive}`, ...request });
    if (isPartial(asked)) return await restorePart(platform, asked);
    const selection = { archive, ...(select ? { select } : {}), ...(paths ? { paths } : {}), dryRun };
    if (to !== undefined) {
      const directory = resolve(context.environment['GITHUB_WORKSPACE'] ?? '.', to);
      const result = await extractArchive(platform, { ...selection, directory });
      return {
        result,
        outputs: {
          archive: result.archive,
          plan: JSON.stringify(result.parts),
          verdict: result.done ? 'unpacked' : 'planned',
        },
        report: renderExtraction(result),
        summary: summarizeExtraction(result),
      };
    }
    const result = await restore(platform, {
      ...selection,
      keepsExtra,
      skipsSafetyBackup,
      allowOldClient,
      confirm: async (plan) => checkConsent(plan.archive, request.confirm),
    });
    const { plan, safety, id } = result;
    const faults = result.services?.faults ?? [];
    return {
      result,
      ...(faults.length > 0 ? { failure: servicesDown(platform, faults) } : {}),
      outputs: {
        archive: plan.archive,
        plan: JSON.stringify(planAsJson(plan)),
        verdict: result.done ? 'restored' : 'planned',
        'safety-archive': safety?.archive,
        'safety-receipt': formatReceipt(safety),
        'kept-id': id,
      },
      report: renderRestore(result, platform.config.timezone),
      summary: summarizeRestore(result, platform.config.timezone),
    };
  },
});
