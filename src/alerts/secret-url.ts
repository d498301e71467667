import { isIPv6 } from 'node:net';
import type { SecretReference } from '../config/config.ts';
import { resolveSecret } from '../config/secrets.ts';
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
    throw new NotDelivered(`the address in ${place} holds a user name or password, which fetch does not take`, true);
  }
  if (url.protocol === 'http:' && !INTERNAL.test(url.hostname)) {
    throw new NotDelivered(
      `the address in ${place} begins with http://: expected https:// outside the internal network`,
      true,
    );
  }
  return url;
}

/** The host of an address as the resolver takes it. */
export function hostOfUrl(url: URL): string {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  return isIPv6(bare) ? bare : url.hostname;
}

/**
 * One request without redirects whose answer is thrown away; neither it nor the address reaches any message.
 * @throws NotDelivered with the status or the system's code.
 */
export async function request(
  url: URL,
  init: { method: 'GET' | 'POST'; body?: string; signal: AbortSignal },
): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, {
      method: init.method,
      redirect: 'manual',
      signal: init.signal,
      headers: {
        'user-agent': 'skills-hub-continuity',
        ...(init.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    status = response.status;
    await response.body?.cancel();
  } catch (error) {
    throw new NotDelivered(`cannot be reached (${readCode(error)})`);
  }
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    throw new NotDelivered(`answered ${status}: redirects are not followed`, true);
  }
  throw new NotDelivered(`answered ${status}`, status < 500 && status !== 408 && status !== 429);
}
