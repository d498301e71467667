import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runDocker } from '../../sources/compose/docker.ts';
import type { Environment } from '../../system/run-command.ts';
import { writeDurably } from '../../system/durable-file.ts';
import { lacksDockerfile } from '../dev/plan-build.ts';
import { asMap, isSet, show } from '../dev/policy/parts.ts';
import type { DeployPlaces } from './places.ts';

/**
 * Which image each service has that is built, or that uses what another one builds: one of this commit's own, so that
 * going back needs no building and no commit's image replaces another's. What has no Dockerfile keeps the image it names.
 */
export function nameImages(model: unknown, project: string, commit: string): Record<string, string> {
  const services = Object.entries(asMap(asMap(model)['services'])).map(
    ([name, service]) => [name, asMap(service)] as const,
  );
  const built = services.filter(([, service]) => isSet(service['build']) && !lacksDockerfile(service));
  const nameFor = (service: string) => `${project}/${service.toLowerCase()}:${commit.slice(0, 12)}`;
  return Object.fromEntries(
    services.flatMap(([name, { image }]) => {
      if (built.some(([maker]) => maker === name)) return [[name, nameFor(name)]];
      const maker = built.find(([, other]) => isSet(image) && other['image'] === image);
      return maker ? [[name, nameFor(maker[0])]] : [];
    }),
  );
}

/** Writes the names as a compose file on top of the commit's own, and returns its path. */
export async function writeImageFile(
  { images }: DeployPlaces,
  commit: string,
  names: Readonly<Record<string, string>>,
): Promise<string> {
  await mkdir(images, { recursive: true, mode: 0o700 });
  const path = join(images, `${commit}.yml`);
  const services = Object.fromEntries(Object.entries(names).map(([name, image]) => [name, { image: show(image) }]));
  // JSON is YAML.
  await writeDurably(path, `${JSON.stringify({ services }, undefined, 2)}\n`, 0o600);
  return path;
}

/** Whether all of these images are on the engine. */
export async function hasImages(names: Readonly<Record<string, string>>, environment: Environment): Promise<boolean> {
  const images = [...new Set(Object.values(names))];
  if (images.length === 0) return true;
  return (
    (await runDocker(['image', 'inspect', '--', ...images], { environment, maximumOutputBytes: 64 << 20 })).code === 0
  );
}

/** Removes images by name; those that something uses stay. */
export async function removeImages(names: Readonly<Record<string, string>>, environment: Environment): Promise<void> {
  for (const image of new Set(Object.values(names))) await runDocker(['image', 'rm', '--', image], { environment });
}
