import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOKUP_MS = 3_000;
const LOOPBACK = /^(127\.|::1$|::ffff:127\.|0\.0\.0\.0$|::$)/;

/** Whether a host name or address leads to this very host. A name that does not resolve in time leads nowhere. */
export async function isThisHost(host: string): Promise<boolean> {
  const own = hostname().toLowerCase();
  const name = host.toLowerCase();
  if (name === 'localhost' || name === own || own.startsWith(`${name}.`)) return true;
  const addresses = new Set(
    Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
  );
  const abort = new AbortController();
  const nowhere = sleep(LOOKUP_MS, [], { signal: abort.signal }).catch(() => []);
  const found = await Promise.race([lookup(host, { all: true }).catch(() => []), nowhere]);
  abort.abort();
  return found.some(({ address }) => LOOPBACK.test(address) || addresses.has(address));
}
