import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { SecretReference } from '../config/config.ts';
import { resolveSecret } from '../config/secrets.ts';
import { readAuthority } from './authority.ts';
import { nameReference, NotDelivered, readCode } from './channel.ts';

/** Hosts to which http is good enough: this one, and literal addresses of the internal network. */
const INTERNAL =
  /^(localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|\[::1\]|\[f[cd][0-9a-f]{2}:.*\])$/i;

/**
 * The address behind a reference. It is a secret itself: no message holds any of it.
 * @throws NotDelivered, for good, where it is none that may be asked; Failure where the secret cannot be read.
 */
export async function resolveUrl(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<URL> {
  const text = (await resolveSecret(reference, environment)).trim();
  const place = nameReference(reference);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new NotDelivered(`what ${place} holds is no https:// address`, true);
  }
  if (url.username !== '' || url.password !== '') {
    throw new NotDelivered(`the address in ${place} holds a user name or password, which belong into no address`, true);
  }
  if (url.protocol === 'http:' && !INTERNAL.test(url.hostname)) {
    throw new NotDelivered(
      `the address in ${place} begins with http://: expected https:// outside the internal network`,
      true,
    );
  }
  return url;
}

export interface SecretRequest {
  readonly method: 'GET' | 'POST';
  /** JSON. */
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Certificates to trust besides the usual ones. */
  readonly caFile: string | undefined;
}

/**
 * One request, redirects not followed, whose answer is thrown away; neither it nor the address reaches any message.
 * @throws NotDelivered with the status or the system's code; Failure where the certificates cannot be read.
 */
export async function request(url: URL, init: SecretRequest): Promise<void> {
  const authority = await readAuthority(init.caFile);
  let status: number;
  try {
    status = await askForStatus(url, init, authority);
  } catch (error) {
    const code = readCode(error);
    const isDistrusted = /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(code);
    throw new NotDelivered(
      `cannot be reached (${code})${isDistrusted ? ': ca-file: names an authority' : ''}`,
      isDistrusted,
    );
  }
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    throw new NotDelivered(`answered ${status}: redirects are not followed`, true);
  }
  throw new NotDelivered(`answered ${status}`, status < 500 && status !== 408 && status !== 429);
}

function askForStatus(
  url: URL,
  { method, body, signal }: SecretRequest,
  authority: { ca?: string[] },
): Promise<number> {
  const headers = {
    'user-agent': 'skills-hub-continuity',
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const asked = ask(url, { method, headers, signal, agent: false, ...authority }, (response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    // An answer that was thrown away may still complain.
    asked.on('error', reject);
    asked.end(body);
  });
}
