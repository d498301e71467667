import type { LookupFunction } from 'node:net';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, messageOf } from '../../logging/failure.ts';

export interface HealthOptions {
  url: string;
  /** Address that the name of the URL is taken to be, whatever the DNS says: it may still name the machine that was lost. */
  address: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface HealthResult {
  url: string;
  /** Absent: no TLS connection came about, for the reason that `certificateFault` gives. */
  statusCode?: number;
  /** Why browsers would not trust the certificate yet. */
  certificateFault?: string;
}

const betweenMs = 2_000;
const requestMs = 10_000;
// A certificate that needs nobody else is there by then.
const certificateMs = 20_000;

/**
 * Asks this machine for an address until it answers without a server fault. A server that has no certificate yet is no
 * fault of the platform, whose services have proven their own health: it is told as `certificateFault`, without a status.
 * @throws Failure `source` where it does not within the time.
 */
export async function waitForHealth(options: HealthOptions): Promise<HealthResult> {
  const begun = Date.now();
  for (;;) {
    const answer = await ask(options).catch((error: unknown) => readRefusal(options.url, error));
    options.signal?.throwIfAborted();
    const waitedMs = Date.now() + betweenMs - begun;
    if (typeof answer !== 'string') {
      const { statusCode } = answer;
      if (statusCode === undefined ? waitedMs > Math.min(certificateMs, options.timeoutMs) : statusCode < 400)
        return answer;
    }
    if (waitedMs > options.timeoutMs) {
      const what = typeof answer === 'string' ? answer : `HTTP ${answer.statusCode}`;
      throw new Failure(
        'source',
        `${options.url} does not answer well on this machine: ${what}`,
        'Everything is restored. Look at docker compose ps and docker compose logs, then run the same line again.',
      );
    }
    await sleep(betweenMs, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** In both languages, with what a person has to do. */
export function describeMissingCertificate({ url, certificateFault }: HealthResult): string {
  return (
    `${url} : pas encore de certificat sur cette machine (${certificateFault}). Le DNS désigne sans doute encore la machine perdue : ` +
    'le changer ; Caddy obtient alors son certificat seul. (No certificate yet: the DNS still names the machine that was ' +
    'lost; once it names this one, Caddy gets its certificate by itself.)'
  );
}

/** What the server said instead of shaking hands is a fault of its certificate; anything else is one of its own. */
function readRefusal(url: string, error: unknown): HealthResult | string {
  const message = messageOf(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const isRefusedHandshake = /^ERR_SSL_.*(ALERT|UNRECOGNIZED_NAME)/.test(code) || message.includes('SSL alert number');
  return isRefusedHandshake ? { url, certificateFault: message.trim().split(':').slice(2).join(':') || code } : message;
}

/** One request; a certificate that is not trusted is no fault of the platform, and is told beside. */
function ask({ url, address, signal }: HealthOptions): Promise<HealthResult> {
  const lookup: LookupFunction = (_name, wanted, done) => {
    const family = address.includes(':') ? 6 : 4;
    if (wanted.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
  const isTls = new URL(url).protocol === 'https:';
  return new Promise((resolve, reject) => {
    const options = {
      lookup,
      timeout: requestMs,
      rejectUnauthorized: false,
      agent: false,
      ...(signal ? { signal } : {}),
    };
    const request = (isTls ? https : http).get(url, options, (response) => {
      const { authorizationError } = response.socket as unknown as { authorizationError?: Error | string | null };
      const fault = authorizationError ? messageOf(authorizationError) : undefined;
      response.resume();
      resolve({ url, statusCode: response.statusCode ?? 0, ...(isTls && fault ? { certificateFault: fault } : {}) });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${requestMs / 1000} s`)));
    request.on('error', reject);
  });
}
