import { backup } from '../../src/operations/backup.ts';
import { summarizeBackup } from '../../src/report/summary/backup-summary.ts';
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
      config: inputs.text('config'),
      writerKey: inputs.secret('writer-key'),
    });
    const trigger = isNightly ? 'nightly' : event === 'push' ? 'push' : 'manual';
    const result = await backup(platform, { trigger, rereadsAll, allowShrink });
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
      summary: summarizeBackup(result),
    };
  },
});
