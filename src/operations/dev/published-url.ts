import { asList, asMap, isSet, show } from './policy/parts.ts';

/** The address at which a model is reached from its own host: at `port` where it publishes that one, else at its first. */
export function findPublishedUrl(model: unknown, port: number | undefined): string | undefined {
  const published = Object.values(asMap(asMap(model)['services']))
    .flatMap((service) => asList(asMap(service)['ports']))
    .map(asMap)
    .filter(({ published: each, protocol }) => isSet(each) && protocol !== 'udp')
    .map(({ published: each, host_ip: host }) => ({ port: show(each), host: isSet(host) ? show(host) : '' }));
  const found = published.find((each) => each.port === String(port)) ?? published[0];
  if (!found) return undefined;
  const isLocal = ['', '0.0.0.0', '::', '127.0.0.1', '::1'].includes(found.host);
  const host = isLocal ? 'localhost' : found.host.includes(':') ? `[${found.host}]` : found.host;
  return `http://${host}:${found.port}`;
}
