import { isRecord } from '../../system/is-record.ts';
import type { ComposeModel, ComposeMount, ComposeService, ComposeVolume } from './compose-model.ts';
import { listMountedVolumes, unresolvedPattern } from './compose-model.ts';
import { readMount } from './read-mount.ts';

/** Takes a compose file apart, as `docker compose config` prints it or as people write it. Unknown parts are left out. */
export function readModel(content: unknown): ComposeModel {
  const file = asMap(content);
  const project = typeof file['name'] === 'string' ? file['name'] : undefined;
  const written = Object.entries(asMap(file['services'])).map(([name, service]) => [name, asMap(service)] as const);
  const services = written.map(([name, service]) => readService(name, service));
  const declared = asMap(file['volumes']);
  // A volume may be used without being declared in the file that was read (an included one declares it).
  const keys = new Set([...Object.keys(declared), ...listMountedVolumes(services)]);
  return {
    project,
    services,
    volumes: [...keys].map((key) => readVolume(key, asMap(declared[key]), project)),
    hasUnreadServices: file['include'] !== undefined || written.some(([, service]) => service['extends'] !== undefined),
  };
}

function readService(name: string, service: Record<string, unknown>): ComposeService {
  const volumesFrom = asList(service['volumes_from']).flatMap((from) => readFromService(from));
  const isInside = ['network_mode', 'pid', 'ipc'].flatMap((namespace) => readOfService(service[namespace]));
  return {
    name,
    image: typeof service['image'] === 'string' ? service['image'] : '',
    environment: readEnvironment(service['environment']),
    hasUnreadEnvironment: service['env_file'] !== undefined || service['extends'] !== undefined,
    dependsOn: [...new Set([...readNames(service['depends_on']), ...volumesFrom, ...isInside])],
    volumesFrom,
    isInside: [...new Set(isInside)],
    mounts: asList(service['volumes'])
      .map((mount) => readMount(mount))
      .filter((mount): mount is ComposeMount => mount !== undefined),
  };
}

/** A list of `NAME=value`, or a mapping. */
function readEnvironment(value: unknown): Map<string, string | undefined> {
  if (Array.isArray(value)) {
    return new Map(
      value.map(String).map((line) => {
        const [name = '', ...rest] = line.split('=');
        return [name, rest.length === 0 ? undefined : readValue(rest.join('='))];
      }),
    );
  }
  return new Map(Object.entries(asMap(value)).map(([name, each]) => [name, readValue(each)]));
}

function readValue(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const text = String(value);
  return unresolvedPattern.test(text) ? undefined : text;
}

function readNames(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : Object.keys(asMap(value));
}

/** `SERVICE[:ro]`; or `container:NAME`, which is of no service that is known here. */
function readFromService(value: unknown): string[] {
  const [name = '', mode] = String(value).split(':');
  return name === '' || (name === 'container' && mode !== undefined) ? [] : [name];
}

/** `service:NAME`, where it is that. */
function readOfService(value: unknown): string[] {
  const name = typeof value === 'string' ? /^service:(.+)$/.exec(value)?.[1] : undefined;
  return name === undefined ? [] : [name];
}

function readVolume(key: string, volume: Record<string, unknown>, project: string | undefined): ComposeVolume {
  const options = asMap(volume['driver_opts']);
  const device = typeof options['device'] === 'string' ? options['device'] : undefined;
  const flags = typeof options['o'] === 'string' ? options['o'].split(',') : [];
  const isBind = device !== undefined && (flags.includes('bind') || flags.includes('rbind'));
  return {
    key,
    name: readVolumeName(key, volume, project),
    driver: typeof volume['driver'] === 'string' ? volume['driver'] : 'local',
    boundPath: isBind ? device : undefined,
    isForeignFileSystem: device !== undefined && !isBind,
  };
}

function readVolumeName(key: string, volume: Record<string, unknown>, project: string | undefined): string | undefined {
  const external = volume['external'];
  const name = volume['name'] ?? asMap(external)['name'];
  if (typeof name === 'string') return unresolvedPattern.test(name) ? undefined : name;
  if (external === true || Object.keys(asMap(external)).length > 0) return key;
  return project === undefined ? undefined : `${project}_${key}`;
}

function asMap(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
