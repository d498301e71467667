import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asMap, show } from '../dev/policy/parts.ts';
import { devFileName, listProduction, type DevProject } from '../dev/dev-project.ts';
import { DEPLOY_VARIABLE, pickEnvironment } from './docker-environment.ts';
import type { DeployHost } from '../deploy.ts';
import type { DeployPlaces } from './places.ts';

/** A commit's checkout as a compose project: always under the same name, whatever the commit calls itself. */
export function openCommit(
  places: DeployPlaces,
  commit: string,
  { project, environment, config }: Pick<DeployHost, 'project' | 'environment' | 'config'>,
): DevProject {
  const directory = join(places.checkouts, commit);
  const imageFile = join(places.images, `${commit}.yml`);
  const own = pickEnvironment(environment, {
    [DEPLOY_VARIABLE]: places.directory,
    APP_VERSION: commit,
    DEV_SECRETS_DIR: places.secrets,
  });
  return {
    directory,
    files: [join(directory, devFileName), ...(existsSync(imageFile) ? [imageFile] : [])],
    project,
    pauses: [],
    environment: own,
    // The host's, never the commit's.
    envFile: existsSync(places.envFile) ? places.envFile : '/dev/null',
    secrets: places.secrets,
    contexts: [],
    production: listProduction(directory, own, config),
    formerPlaces: [places.checkouts, places.images],
    isCommit: true,
  };
}

/** The images that a commit was built with; none where it was not. */
export async function readImageNames({ images }: DeployPlaces, commit: string): Promise<Record<string, string>> {
  const text = await readFile(join(images, `${commit}.yml`), 'utf8').catch(() => '{}');
  const { services } = asMap(JSON.parse(text) as unknown);
  return Object.fromEntries(
    Object.entries(asMap(services)).map(([name, service]) => [name, show(asMap(service)['image'])]),
  );
}
