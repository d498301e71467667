import type { AlertsConfig } from '../config/alerts.ts';
import type { Delivery } from './alert.ts';
import { usualLimits, type DeliveryLimits } from './channel.ts';
import { composeTest, type AlertSetting } from './compose.ts';
import { deliver, openChannels } from './deliver.ts';
import { sendPing } from './ping.ts';

export interface TestAlertOptions {
  readonly alerts: AlertsConfig;
  readonly setting: AlertSetting;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly limits?: DeliveryLimits;
}

/**
 * Sends one test through every channel, ping addresses included (their services count it as a success), and says of each
 * whether it was taken. What was told of real faults is left as it is. Never rejects.
 */
export async function sendTestAlert(options: TestAlertOptions): Promise<Delivery[]> {
  const { alerts, setting, environment, now, limits = usualLimits } = options;
  const [people, services] = await Promise.all([
    deliver(openChannels(alerts, environment), composeTest(setting, now), limits),
    Promise.all(alerts.pings.map((ping) => sendPing({ ...ping, caFile: alerts.caFile }, true, environment, limits))),
  ]);
  return [...people, ...services];
}
