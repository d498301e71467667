import type { AlertsConfig, PingConfig } from '../config/alerts.ts';
import type { AlertSubject, Delivery } from './alert.ts';
import { attempt, nameReference, type DeliveryLimits } from './channel.ts';
import { request, resolveUrl } from './secret-url.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks for the addresses that wait for this subject: the address itself on success; on failure nothing, or the address
 * with `/fail` behind its path where its service knows that.
 */
export async function sendPings(
  { pings, caFile }: Pick<AlertsConfig, 'pings' | 'caFile'>,
  { subject, isFine }: { subject: AlertSubject; isFine: boolean },
  environment: Environment,
  limits: DeliveryLimits,
): Promise<Delivery[]> {
  const due = pings.filter((ping) => waitsFor(ping, subject) && (isFine || ping.tellsFailure));
  return await Promise.all(due.map((ping) => sendPing({ ...ping, caFile }, isFine, environment, limits)));
}

/** Asks for one address, whatever it waits for. */
export async function sendPing(
  ping: PingConfig & { readonly caFile: string | undefined },
  isFine: boolean,
  environment: Environment,
  limits: DeliveryLimits,
): Promise<Delivery> {
  return await attempt(
    `ping (${nameReference(ping.url)})`,
    async (signal) => {
      const url = await resolveUrl(ping.url, environment);
      if (!isFine) url.pathname = `${url.pathname.replace(/\/$/, '')}/fail`;
      await request(url, { method: 'GET', signal, caFile: ping.caFile });
    },
    limits,
  );
}

/** Where nothing else is asked for: what must happen each day, on either side. */
function waitsFor({ after }: PingConfig, subject: AlertSubject): boolean {
  const [, verb] = subject.split('.');
  return after === undefined ? verb === 'backup' || verb === 'freshness' : after === verb;
}
