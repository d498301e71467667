import type { AlertsConfig, WebhookConfig } from '../config/alerts.ts';
import type { Alert } from './alert.ts';
import { nameReference, type Channel } from './channel.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
import { request, resolveUrl } from './secret-url.ts';

/** Posts alerts to an incoming webhook. */
export function openWebhook(
  config: WebhookConfig & Pick<AlertsConfig, 'caFile'>,
  environment: Readonly<Record<string, string | undefined>>,
): Channel {
  return {
    label: `webhook ${config.kind} (${nameReference(config.url)})`,
    async send(alert, signal) {
      const url = await resolveUrl(config.url, environment);
      await request(url, {
        method: 'POST',
        body: JSON.stringify(toPayload(alert, config.kind)),
        signal,
        caFile: config.caFile,
      });
    },
  };
}

/** What is posted; docs/alerts.md describes it. Bounded: texts of others are, in number and length. */
export function toPayload(alert: Alert, kind: WebhookConfig['kind']): object {
  if (kind !== 'json') return { text: renderMarkdown(alert, kind) };
  const { event, subject, host, time, since, headline, faults, next, steps, chapter, language } = alert;
  return {
    version: 1,
    event,
    subject,
    host,
    time: time.toISOString(),
    ...(since ? { since: since.toISOString() } : {}),
    language,
    title: headline,
    faults,
    ...(next === undefined ? {} : { next }),
    steps,
    ...(chapter === undefined ? {} : { chapter }),
    text: renderText(alert),
  };
}
