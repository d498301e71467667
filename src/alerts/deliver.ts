import type { AlertsConfig } from '../config/alerts.ts';
import type { Alert, Delivery } from './alert.ts';
import { attempt, type Channel, type DeliveryLimits } from './channel.ts';
import { openMail } from './mail.ts';
import { openWebhook } from './webhook.ts';

/** The ways to reach people that the configuration names; pings are none. */
export function openChannels(
  { mail, webhooks, caFile }: AlertsConfig,
  environment: Readonly<Record<string, string | undefined>>,
): Channel[] {
  const trust = caFile === undefined ? {} : { caFile };
  return [
    ...(mail ? [openMail({ ...mail, ...trust }, environment)] : []),
    ...webhooks.map((webhook) => openWebhook({ ...webhook, ...trust }, environment)),
  ];
}

/** Sends an alert through all channels at once; none hides another. Never rejects. */
export async function deliver(channels: readonly Channel[], alert: Alert, limits: DeliveryLimits): Promise<Delivery[]> {
  return await Promise.all(channels.map(({ label, send }) => attempt(label, (signal) => send(alert, signal), limits)));
}
