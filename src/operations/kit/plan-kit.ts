import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, KeyReference, SecretReference } from '../../config/config.ts';
import { readNamedFiles, type NamedFiles } from '../../sources/compose/named-files.ts';
import { leaveOutOtherProjects } from '../../sources/compose/project.ts';
import { findProject } from '../../sources/compose/project-files.ts';
import { locateVolume } from '../../sources/compose/volume.ts';
import { nameInKit, nameVolumeInKit } from '../../sources/kit/kit-entry.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';

/** Something that the kit is to hold: a file, or a folder with all below. */
export interface KitPlace {
  readonly name: string;
  /** Absolute; for a volume where Docker keeps it, found when it is read. */
  readonly locate: () => Promise<string>;
  /** Absent for volumes. */
  readonly path?: string;
  /** What to do when it is not there: `fail` for what somebody has named in continuity.yml. */
  readonly ifMissing: 'fail' | 'warn' | 'skip';
  /** As people find it: `recovery.include`, `the compose file`. */
  readonly namedBy: string;
}

export interface KitPlan {
  readonly plain: readonly KitPlace[];
  readonly secrets: readonly KitPlace[];
  /** Absolute paths that are secrets, wherever a plain folder may hold them. */
  readonly secretPaths: ReadonlySet<string>;
  readonly warnings: readonly string[];
}

/** Finds what a restore needs besides data: what is known by itself, and what `recovery:` names. Reads none of it. */
export async function planKit(platform: Pick<Platform, 'config' | 'environment'>): Promise<KitPlan> {
  const { config } = platform;
  const { recovery, root } = config;
  const compose = await readProject(platform);
  const at = (path: string, ifMissing: KitPlace['ifMissing'], namedBy: string): KitPlace => ({
    name: nameInKit(path, root),
    path,
    locate: () => Promise.resolve(path),
    ifMissing,
    namedBy,
  });
  const all = (paths: Iterable<string>, ifMissing: KitPlace['ifMissing'], namedBy: string) =>
    [...paths].map((path) => at(path, ifMissing, namedBy));
  const secrets = [
    ...all(recovery.secrets, 'fail', 'recovery.secrets'),
    ...all([...listSecretFiles(config), join(root, '.env')], 'skip', config.file),
    ...(compose ? all(compose.environments, 'skip', 'the compose file') : []),
    ...(compose ? all(compose.secrets, 'warn', 'the compose file') : []),
    ...(compose ? all(await listMountedFiles(compose), 'skip', 'the compose file') : []),
  ];
  const volumes = recovery.secretVolumes.map((volume): KitPlace => ({
    name: nameVolumeInKit(volume),
    locate: () => locateVolume(openProject(platform), volume),
    ifMissing: 'fail',
    namedBy: 'recovery.secret-volumes',
  }));
  const plain = [
    ...all(recovery.include, 'fail', 'recovery.include'),
    at(config.file, 'warn', 'itself'),
    ...(compose ? all(compose.compose, 'warn', 'the compose file') : []),
    ...(compose ? all(compose.configs, 'warn', 'the compose file') : []),
    ...(config.vault.kind === 'ssh' ? [at(config.vault.knownHosts, 'warn', 'vault.known-hosts')] : []),
    ...(config.alerts?.caFile === undefined ? [] : [at(config.alerts.caFile, 'warn', 'alerts.ca-file')]),
  ];
  const warnings = compose?.warnings ?? [];
  const keys = listKeyFiles(config);
  const secretPaths = new Set([...secrets.flatMap(({ path }) => path ?? []), ...keys]);
  return { plain: uniqueByName(plain), secrets: uniqueByName([...secrets, ...volumes]), secretPaths, warnings };
}

/** The project's files; also those of a project that continuity.yml does not speak of, where there is one at the root. */
async function readProject(
  platform: Pick<Platform, 'config' | 'environment'>,
): Promise<(NamedFiles & { directory: string }) | undefined> {
  const { config, environment } = platform;
  if (config.compose) {
    const project = openProject(platform);
    return { ...(await readNamedFiles(project)), directory: project.directory };
  }
  const found = findProject(config.root);
  if (!found) return undefined;
  const named = await readNamedFiles({ ...found, pauses: [], environment: leaveOutOtherProjects(environment) });
  // Nobody has said that it is this platform's: what is there is taken, and what is odd about it is nobody's trouble.
  return { ...named, directory: found.directory, warnings: [] };
}

/** Files with secrets that continuity.yml refers to; not the keys of the vault: whoever recovers makes new ones. */
function listSecretFiles({ databases, alerts }: Config): string[] {
  const references: (SecretReference | undefined)[] = [
    ...databases.map(({ reach }) => (reach.by === 'url' ? reach.url : undefined)),
    alerts?.mail?.password,
    ...(alerts?.webhooks ?? []).map(({ url }) => url),
    ...(alerts?.pings ?? []).map(({ url }) => url),
  ];
  return references.flatMap((reference) => (reference?.from === 'file' ? [reference.file] : []));
}

function listKeyFiles({ vault }: Config): string[] {
  if (vault.kind !== 'ssh') return [];
  const keys: (KeyReference | undefined)[] = [vault.key, vault.reader?.key];
  return keys.flatMap((key) => (key?.from === 'file' ? [key.file] : []));
}

/** Single files that services mount; below the project's folder, as what lies elsewhere is the system's own. */
async function listMountedFiles({ mounts, configs, directory }: NamedFiles & { directory: string }): Promise<string[]> {
  const folder = `${directory}/`;
  const found: string[] = [];
  for (const path of mounts) {
    if (!path.startsWith(folder) || configs.has(path)) continue;
    const isFile = await stat(path).then(
      (about) => about.isFile(),
      () => false,
    );
    if (isFile) found.push(path);
  }
  return found;
}

/** What several have named is there once, as the first of them named it. */
function uniqueByName(places: readonly KitPlace[]): KitPlace[] {
  const byName = new Map<string, KitPlace>();
  for (const place of places) if (!byName.has(place.name)) byName.set(place.name, place);
  return [...byName.values()];
}
