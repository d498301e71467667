import { dirname, resolve, sep } from 'node:path';
import { resolveAlerts } from './alerts.ts';
import { composeSchema, resolveCompose } from './compose.ts';
import type { Clash } from './checked-yaml.ts';
import type {
  Config,
  DatabaseConfig,
  FilesConfig,
  FilesPlace,
  KeyReference,
  ServerReach,
  VaultConfig,
} from './config.ts';
import { resolveForeign } from './foreign.ts';
import { parseDurationMs, parseSizeBytes } from './quantities.ts';
import { resolveRecovery } from './recovery.ts';
import { type ConfigText, isDirectoryVault } from './schema.ts';

/** Turns the checked text of the file into a `Config`: defaults, absolute paths, numbers. */
export function resolveConfig(text: ConfigText, file: string): Config {
  const root = resolve(dirname(file), text.root ?? '.');
  const databases = Object.entries(text.databases).map(([name, database]) => resolveDatabase(name, database, root));
  const files = Object.entries(text.files).map(([name, source]) => resolveFiles(name, source, root));
  const needsCompose = [...databases.map(({ reach }) => reach.by), ...files.map(({ place }) => place.by)].some(
    (by) => by === 'service' || by === 'volume',
  );
  const compose =
    text.compose ?? (needsCompose || text.recovery['secret-volumes'].length > 0 ? composeSchema.parse({}) : undefined);
  return {
    file,
    root,
    state: resolve(root, text.state),
    timezone: text.timezone,
    databases,
    files,
    ...(compose ? { compose: resolveCompose(compose, root) } : {}),
    notCovered: text['not-covered'],
    vault: resolveVault(text.vault, root),
    dev: text.dev,
    recovery: resolveRecovery(text.recovery, root),
    foreign: resolveForeign(text.foreign, { databases, files }),
    ...(text.alerts ? { alerts: resolveAlerts(text.alerts, root) } : {}),
    maximumAgeMs: readDuration(text['maximum-age']),
  };
}

/** Names and folders that would get in each other's way, in the archive or in a restore. */
export function findClashes(config: Config): Clash[] {
  const clashes: Clash[] = [];
  const databases = new Set(config.databases.map(({ name }) => name));
  for (const name of databases) {
    if (name.startsWith('globals-')) {
      clashes.push({
        path: ['databases', name],
        message: 'expected another name: "globals-…" is where roles are kept',
      });
    }
  }
  clashes.push(...findHaltedServers(config));
  for (const [index, source] of config.files.entries()) {
    const refuse = (message: string, key?: string) =>
      clashes.push({ path: ['files', source.name, ...(key ? [key] : [])], message });
    if (databases.has(source.name)) refuse('expected a name that no database has, so that --select is clear');
    for (const other of config.files.slice(0, index)) {
      if (areNested(source.place, other.place)) {
        refuse(
          `expected a folder apart from that of files.${other.name}: neither may hold the other`,
          source.place.by === 'volume' ? 'volume' : 'path',
        );
      }
    }
    if (source.place.by !== 'path') continue;
    if (config.vault.kind === 'directory' && isInside(config.vault.path, source.place.path)) {
      refuse('expected a folder that does not hold the vault', 'path');
    }
    if (isInside(config.state, source.place.path)) refuse('expected a folder that does not hold state:', 'path');
  }
  return clashes;
}

/** A server that is halted can neither be dumped nor restored. */
function findHaltedServers({ databases, files, compose }: Config): Clash[] {
  const servers = new Set(databases.flatMap(({ reach }) => (reach.by === 'service' ? [reach.service] : [])));
  const lists = [
    { path: ['compose', 'pause'], services: compose?.pauses ?? [] },
    ...databases.map(({ name, usedBy = [] }) => ({ path: ['databases', name, 'used-by'], services: usedBy })),
    ...files.map(({ name, usedBy = [] }) => ({ path: ['files', name, 'used-by'], services: usedBy })),
  ];
  return lists.flatMap(({ path, services }) =>
    services
      .filter((service) => servers.has(service))
      .map((service) => ({
        path,
        message: `expected no service that runs a database: ${service} has to answer meanwhile`,
      })),
  );
}

function resolveDatabase(name: string, database: ConfigText['databases'][string], root: string): DatabaseConfig {
  return {
    name,
    reach: resolveReach(database, root),
    database: database.database ?? name,
    excludeTableData: database['exclude-table-data'],
    lockWaitTimeoutMs: readDuration(database['lock-wait-timeout']),
    timeoutMs: readDuration(database.timeout),
    ...(database['used-by'] ? { usedBy: database['used-by'] } : {}),
  };
}

function resolveFiles(name: string, source: ConfigText['files'][string], root: string): FilesConfig {
  return {
    name,
    place: resolvePlace(source, root),
    exclude: source.exclude,
    allowUnreadable: source['allow-unreadable'],
    ...(source['used-by'] ? { usedBy: source['used-by'] } : {}),
  };
}

function resolvePlace({ path, volume, service }: ConfigText['files'][string], root: string): FilesPlace {
  if (volume !== undefined) return { by: 'volume', volume };
  if (service !== undefined) return { by: 'service', service, path: resolve(path as string) };
  return { by: 'path', path: resolve(root, path as string) };
}

function resolveReach(database: ConfigText['databases'][string], root: string): ServerReach {
  const user = database.user ?? 'postgres';
  if (database.service !== undefined) return { by: 'service', service: database.service, user };
  if (database.container !== undefined) return { by: 'container', container: database.container, user };
  const file = database['url-file'];
  if (file !== undefined) return { by: 'url', url: { from: 'file', file: resolve(root, file) } };
  return { by: 'url', url: { from: 'environment', variable: database['url-env'] as string } };
}

function resolveVault(vault: ConfigText['vault'], root: string): VaultConfig {
  if (isDirectoryVault(vault)) return { kind: 'directory', path: resolve(root, vault.path) };
  const limit = vault['bandwidth-limit'];
  return {
    kind: 'ssh',
    host: vault.host ?? '172.16.95.98',
    port: vault.port ?? 4660,
    user: vault.user ?? 'skills-backup',
    path: vault.path ?? '/srv/tc-data/backups',
    key: resolveKey(vault, root),
    knownHosts: resolve(root, vault['known-hosts'] as string),
    ...(limit !== undefined && { bandwidthLimitBytesPerSecond: parseSizeBytes(limit) as number }),
    ...(vault.reader && { reader: { user: vault.reader.user, key: resolveKey(vault.reader, root) } }),
  };
}

type KeyText = { 'key-file'?: string | undefined; 'key-env'?: string | undefined; agent?: true | undefined };

function resolveKey(text: KeyText, root: string): KeyReference {
  if (text['key-file'] !== undefined) return { from: 'file', file: resolve(root, text['key-file']) };
  if (text['key-env'] !== undefined) return { from: 'environment', variable: text['key-env'] };
  return { from: 'agent' };
}

function readDuration(text: string): number {
  return parseDurationMs(text) as number;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Whether one of two places holds the other. Only like kinds are compared: where a volume lies, Docker knows. */
function areNested(one: FilesPlace, other: FilesPlace): boolean {
  if (one.by === 'volume' || other.by === 'volume') {
    return one.by === other.by && 'volume' in one && 'volume' in other && one.volume === other.volume;
  }
  const isSameGround =
    one.by === 'service' ? other.by === 'service' && one.service === other.service : other.by === 'path';
  return isSameGround && (isInside(one.path, other.path) || isInside(other.path, one.path));
}
