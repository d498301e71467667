import { listVaultChannelWarnings } from '../../src/alerts/dependence.ts';
import { describeVault } from '../../src/alerts/tell-upkeep.ts';
import { sendTestAlert } from '../../src/alerts/test-alert.ts';
import { exitCodes } from '../../src/logging/failure.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';

export const testAlertCommand: CommandDefinition<VaultContext> = {
  name: 'vault test-alert',
  summary: 'Send a test through every channel of alerts: in the settings.',
  example: 'sudo skills-vault vault test-alert',
  async run(context) {
    const { environment, logger } = context;
    const settings = await context.loadSettings();
    const { alerts } = settings;
    for (const warning of listVaultChannelWarnings(alerts)) logger.warning(warning);
    const setting = describeVault(settings);
    const deliveries = alerts ? await sendTestAlert({ alerts, setting, environment, now: new Date() }) : [];
    const isReached = deliveries.length > 0 && deliveries.every(({ isDelivered }) => isDelivered);
    const lines = deliveries.map(({ channel, isDelivered, error = 'failed' }) =>
      isDelivered ? `ok      ${channel}: taken; look whether it arrived` : `FAILED  ${channel}: ${error}`,
    );
    return {
      result: { deliveries },
      exitCode: isReached ? exitCodes.ok : exitCodes.failed,
      render: () => lines.join('\n') || 'There is no channel: nothing was sent.',
    };
  },
};
