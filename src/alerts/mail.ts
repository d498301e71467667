import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import type { SMTPTransportGetSocket } from 'nodemailer/lib/smtp-transport';
import type { AlertsConfig, MailConfig } from '../config/alerts.ts';
import { resolveSecret } from '../config/secrets.ts';
import { Failure, messageOf } from '../logging/failure.ts';
import type { Alert } from './alert.ts';
import { readAuthority } from './authority.ts';
import { NotDelivered, readCode, type Channel } from './channel.ts';
import { renderText } from './render-text.ts';

/** Longest silence of the server in any one step, in milliseconds; the attempt as a whole has its own limit. */
const SILENCE_MS = 15_000;

type ServerConfig = MailConfig & Pick<AlertsConfig, 'caFile'>;

/** Sends alerts by SMTP. Certificates are checked; where STARTTLS is asked for, nothing is said without it. */
export function openMail(config: ServerConfig, environment: Readonly<Record<string, string | undefined>>): Channel {
  // The same for both attempts: where the answer to the first was lost, mailboxes show it once.
  const messageId = `<${randomUUID()}@${hostname().replace(/[^A-Za-z0-9.-]/g, '') || 'continuity'}>`;
  return {
    label: `mail ${config.host}:${config.port}`,
    async send(alert, signal) {
      const getSocket = connectBySystem(config, signal);
      const transport = createTransport({ ...(await describeServer(config, environment)), getSocket });
      try {
        const { rejected } = await transport.sendMail({ ...writeMessage(config, alert, messageId), signal });
        if (rejected.length > 0)
          throw new NotDelivered(`${rejected.length} of ${config.to.length} recipients refused`, true);
      } catch (error) {
        throw explain(error, config);
      } finally {
        transport.close();
      }
    },
  };
}

async function describeServer(config: ServerConfig, environment: Readonly<Record<string, string | undefined>>) {
  const { host, port, security, user, password } = config;
  const credentials =
    user !== undefined && password
      ? // One that lies in a file ends with a line end that is no part of it.
        { auth: { user, pass: (await resolveSecret(password, environment)).replace(/\r?\n$/, '') }, forceAuth: true }
      : {};
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' as const, ...(await readAuthority(config.caFile)) },
    ...credentials,
    connectionTimeout: SILENCE_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Names are looked up as the system does it, /etc/hosts included; nodemailer would ask the name servers first. */
function connectBySystem({ host, port }: MailConfig, signal: AbortSignal): SMTPTransportGetSocket {
  return (_options, callback) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const giveUp = () => socket.destroy(new Error('too late'));
    const refuse = (error: Error): void => callback(error);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', refuse);
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp);
      socket.off('error', refuse);
      callback(null, { connection: socket });
    });
  };
}

function writeMessage({ from, to }: MailConfig, alert: Alert, messageId: string) {
  return {
    from: { name: 'Skills Hub continuity', address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: alert.headline,
    text: renderText(alert),
    date: alert.time,
    messageId,
    // RFC 3834: nobody's absence note answers this.
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false as const,
  };
}

/** What went wrong, out of nodemailer's codes alone: its messages repeat what the server said, which may be anything. */
function explain(error: unknown, { security, host }: MailConfig): Error {
  if (error instanceof NotDelivered || error instanceof Failure) return error;
  const code = readCode(error);
  const { responseCode } = (error ?? {}) as { responseCode?: unknown };
  const answer = typeof responseCode === 'number' ? `, the server answered ${responseCode}` : '';
  if (code === 'EAUTH') return new NotDelivered(`user or password refused${answer}`, true);
  if (code === 'ENOAUTH') return new NotDelivered('the server takes no password', true);
  if (code === 'ETLS' && security === 'starttls') {
    return new NotDelivered(`no STARTTLS with a certificate that can be trusted${answer}: nothing was sent`, true);
  }
  if (/CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(code) || /certificate/i.test(messageOf(error))) {
    return new NotDelivered(
      `the certificate of ${host} cannot be trusted: nothing was sent (ca-file: names an authority)`,
      true,
    );
  }
  const isFinal = typeof responseCode === 'number' && responseCode >= 500;
  return new NotDelivered(`failed (${code}${answer})`, isFinal);
}
