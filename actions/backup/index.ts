import { runTold } from '../../src/alerts/run-told.ts';
import { messageOf } from '../../src/logging/failure.ts';
import { backup } from '../../src/operations/backup.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { listRecentNights } from '../../src/operations/recent.ts';
import { renderBackup } from '../../src/report/backup-report.ts';
import { summarizeBackup } from '../../src/report/summary/backup-summary.ts';
import type { ArchiveSummary } from '../../src/vault/vault-client.ts';
import { openPlatform } from '../frame/platform.ts';
import { runAction } from '../frame/run-action.ts';

await runAction({
  name: 'backup',
  async run(context) {
    const { inputs, environment } = context;
    const event = environment['GITHUB_EVENT_NAME'];
    const isNightly = inputs.flag('nightly') ?? event === 'schedule';
    const rereadsAll = inputs.flag('full') ?? false;
    const allowShrink = inputs.list('allow-shrink') ?? [];
    const platform = await openPlatform(context, {
      command: 'backup',
      lockWaitMs: inputs.durationMs('lock-wait'),
      config: inputs.text('config'),
      writerKey: inputs.secret('writer-key'),
    });
    const trigger = isNightly ? 'nightly' : event === 'push' ? 'push' : 'manual';
    const told = { subject: 'production.backup', mayPing: isNightly } as const;
    const result = await runTold(platform, told, () => backup(platform, { trigger, rereadsAll, allowShrink }));
    return {
      result,
      outputs: {
        archive: result.archive,
        'size-bytes': result.sizeBytes,
        'sent-bytes': result.sentBytes,
        'stored-bytes': result.storedBytes,
        'duration-ms': result.durationMs,
        'index-digest': result.index,
        'already-there': result.alreadyThere,
      },
      report: renderBackup(result),
      summary: summarizeBackup(result, await tellRecentNights(platform)),
    };
  },
});

/** For the summary alone: the archive is sealed, and stays so where this cannot be told. */
async function tellRecentNights(platform: Platform): Promise<ArchiveSummary[]> {
  try {
    return await listRecentNights(platform);
  } catch (error) {
    platform.logger.warning(`the last nights cannot be listed: ${messageOf(error)}`);
    return [];
  }
}
