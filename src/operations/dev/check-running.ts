import { dirname, resolve } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { composeLabel, lastLine, runDocker } from '../../sources/compose/docker.ts';
import type { Environment } from '../../system/run-command.ts';
import type { DevProject } from './dev-project.ts';
import { followLinks } from './follow-links.ts';
import { isWithin } from './policy/ground.ts';
import { asMap, isSet, show } from './policy/parts.ts';

const projectLabel = `${composeLabel}.project`;
const filesLabel = `${projectLabel}.config_files`;

/** Something on the engine that carries a project's name. */
export interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Compares the model with what the engine already has, whatever any file says: containers of this name that were started
 * from elsewhere, volumes and networks that are another project's. One sentence each; empty where all is ours.
 */
export async function listTakenNames(model: unknown, project: DevProject): Promise<string[]> {
  const { name, volumes, networks } = asMap(model);
  const { environment } = project;
  const [containers, ownedVolumes, ownedNetworks] = await Promise.all([
    listLabelled(['container', 'ls', '--all', '--filter', `label=${projectLabel}=${show(name)}`], environment),
    listLabelled(['volume', 'ls'], environment),
    listLabelled(['network', 'ls'], environment),
  ]);
  return judgeTakenNames(
    { name: show(name), volumes: namesOf(volumes), networks: namesOf(networks) },
    { containers, volumes: ownedVolumes, networks: ownedNetworks },
    [project.directory, ...project.formerPlaces],
  );
}

/** What of `wanted` is somebody else's. `places`: folders from which the project may have been started. */
export function judgeTakenNames(
  wanted: { name: string; volumes: readonly string[]; networks: readonly string[] },
  engine: { containers: readonly Labelled[]; volumes: readonly Labelled[]; networks: readonly Labelled[] },
  places: readonly string[],
): string[] {
  const elsewhere = engine.containers.flatMap(({ labels }) => {
    const files = (labels[filesLabel] ?? '').split(',').filter((file) => file !== '');
    return files.filter((file) => !places.some((place) => isWithin(followLinks(dirname(resolve(file))), place)));
  });
  const foreign = (kind: 'volume' | 'network', names: readonly string[], existing: readonly Labelled[]) =>
    existing
      .filter(({ name, labels }) => names.includes(name) && labels[projectLabel] !== wanted.name)
      .map(({ name, labels }) => {
        const owner = labels[projectLabel];
        return `${kind} ${name} belongs to ${owner === undefined ? 'no compose project' : `project ${owner}`}`;
      });
  return [
    ...[...new Set(elsewhere)].map(
      (file) => `project ${wanted.name} already has containers that were started from ${file}`,
    ),
    ...foreign('volume', wanted.volumes, engine.volumes),
    ...foreign('network', wanted.networks, engine.networks),
  ];
}

async function listLabelled(args: readonly string[], environment: Environment): Promise<Labelled[]> {
  const kind = args[0] as string;
  const listed = await runDocker([...args, '--quiet'], { environment });
  const ids = listed.stdout.split('\n').filter((id) => id !== '');
  if (listed.code !== 0) throw unreadable(kind, lastLine(listed));
  if (ids.length === 0) return [];
  // Labels from inspect: the list's own form cannot hold a comma.
  const found = await runDocker([kind, 'inspect', '--', ...ids], { environment, maximumOutputBytes: 64 << 20 });
  // What went meanwhile is left out, and makes the exit code 1.
  if (found.code !== 0 && !/no such/i.test(found.stderr)) throw unreadable(kind, lastLine(found));
  return (JSON.parse(found.stdout || '[]') as unknown[]).map(asMap).map(({ Name: name, Labels, Config }) => ({
    name: show(name ?? '').replace(/^\//, ''),
    labels: asMap(Labels ?? asMap(Config)['Labels']) as Record<string, string>,
  }));
}

function unreadable(kind: string, reason: string): Failure {
  return new Failure('source', `docker cannot list its ${kind}s: ${reason}`, 'Look at docker info, then run again.');
}

function namesOf(resources: unknown): string[] {
  return Object.values(asMap(resources)).flatMap((each) => {
    const { name } = asMap(each);
    return isSet(name) ? [show(name)] : [];
  });
}
