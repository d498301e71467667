import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Logger } from '../../logging/logger.ts';
import { messageOf } from '../../logging/failure.ts';
import type { ComposeProject } from '../../sources/compose/project.ts';
import { listEnvironmentFiles, listForeignReads } from './check-reads.ts';
import { followLinks } from './follow-links.ts';
import { noProduction, type ProductionTraces } from './policy/ground.ts';
import { nameImage } from './policy/image.ts';
import { asList, asMap, isSet, show } from './policy/parts.ts';
import { readRawModel } from './read-raw-model.ts';

/**
 * By what production is recognised, out of its compose files as far as they are on this host. A file that cannot be read
 * still gives the project's usual names: docker itself is asked for the rest (check-running.ts).
 */
export async function traceProduction(projects: readonly ComposeProject[], logger: Logger): Promise<ProductionTraces> {
  const found = await Promise.all(
    projects
      .filter(({ files }) => files.every((file) => existsSync(file)))
      .map(async (project) => {
        try {
          // Of a commit, this file too is in the hands of whoever pushed it.
          const [foreign] = await listForeignReads(project.files, project.directory);
          if (foreign !== undefined) throw new Error(foreign);
          return readTraces(
            await readRawModel(project),
            project,
            await listEnvironmentFiles(project.files, project.directory),
          );
        } catch (error) {
          logger.warning(`Production's own compose file cannot be compared with: ${messageOf(error)}`);
          return { ...noProduction, projects: namesOf(project, undefined), settings: listSettings(project) };
        }
      }),
  );
  const all = (key: keyof ProductionTraces) => [...new Set(found.flatMap((each) => each[key]))];
  return {
    projects: all('projects'),
    images: all('images'),
    volumes: all('volumes'),
    networks: all('networks'),
    paths: all('paths'),
    settings: all('settings'),
  };
}

/** Takes production's model apart. `environmentFiles`: what its services name; the model has only what they hold. */
export function readTraces(
  model: unknown,
  project: ComposeProject,
  environmentFiles: readonly string[] = [],
): ProductionTraces {
  const { name, services, volumes, networks, secrets } = asMap(model);
  const projects = namesOf(project, name);
  const each = Object.values(asMap(services)).map(asMap);
  const names = (resources: unknown) =>
    Object.values(asMap(resources)).flatMap((resource) => {
      const own = asMap(resource)['name'];
      return isSet(own) ? [show(own)] : [];
    });
  const binds = each.flatMap((service) =>
    asList(service['volumes'])
      .map(asMap)
      .filter(({ type }) => type === 'bind'),
  );
  return {
    projects,
    images: projects.flatMap((own) =>
      Object.entries(asMap(services)).map(([key, service]) => nameImage(own, key, asMap(service))),
    ),
    volumes: names(volumes),
    networks: names(networks),
    paths: [
      ...binds.map(({ source }) => source),
      ...Object.values(asMap(secrets)).map((secret) => asMap(secret)['file']),
    ]
      .filter(isSet)
      .map((path) => followLinks(show(path))),
    settings: listSettings(project, environmentFiles),
  };
}

function listSettings({ directory, envFile }: ComposeProject, more: readonly string[] = []): string[] {
  const all = [join(directory, '.env'), ...more, ...(envFile === undefined ? [] : [envFile])];
  return all.filter((path) => path !== '/dev/null').map(followLinks);
}

function namesOf({ project, directory }: ComposeProject, name: unknown): string[] {
  if (project !== undefined) return [project];
  return isSet(name) ? [show(name)] : [basename(directory).toLowerCase()];
}
