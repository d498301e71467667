import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openCommit } from '../../src/operations/deploy/commit-project.ts';
import { describePlaces, type DeployPlaces } from '../../src/operations/deploy/places.ts';
import { createMissingSecrets } from '../../src/operations/dev/create-secrets.ts';

const commit = 'c'.repeat(40);
let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-secrets-')));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What a job has in its environment, and in inputs. */
const token = 'token-of-the-run';
const ofTheRun = {
  GITHUB_TOKEN: token,
  ACTIONS_RUNTIME_TOKEN: token,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: token,
  INPUT_TOKEN: token,
  AWS_SECRET_ACCESS_KEY: token,
  DEV_SECRETS_DIR: '/elsewhere',
  COMPOSE_PROJECT_NAME: 'production',
  COMPOSE_FILE: '/srv/production/docker-compose.yml',
  COMPOSE_PROFILES: token,
  APP_CONTEXT: token,
};

/** Prepares the secrets of one project's deployments, by a script that writes down what it was given. */
async function prepare(name: string, project: string, ownVariables?: string): Promise<DeployPlaces> {
  const places = describePlaces(join(root, name));
  mkdirSync(places.directory);
  if (ownVariables !== undefined) writeFileSync(places.envFile, ownVariables);
  const script = join(root, 'prepare.sh');
  writeFileSync(
    script,
    `set -eu
env -0 >"${root}/${name}.environment"
printf '%s\\n' "$*" >"${root}/${name}.arguments"
printf 'of a form of its own' >"$DEV_SECRETS_DIR/pgpass"
`,
  );
  const environment = {
    PATH: process.env['PATH'],
    HOME: root,
    DOCKER_HOST: 'unix:///run/user/1/docker.sock',
    ...ofTheRun,
  };
  const opened = openCommit(places, commit, { project, environment, config: undefined });
  const secrets = Object.fromEntries(
    ['password', 'pgpass'].map((file) => [file, { file: join(places.secrets, file) }]),
  );
  await createMissingSecrets({ secrets }, opened, { script, logger: silent });
  return places;
}

const readEnvironment = (name: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(join(root, `${name}.environment`), 'utf8')
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

describe('prepare.sh of a deployment', () => {
  it("is given the deployment's own project, secrets and variables, and none of the run's", async () => {
    const places = await prepare('first', 'hub-dev');
    expect(readFileSync(join(root, 'first.arguments'), 'utf8')).toBe('dev\n');
    const given = readEnvironment('first');
    expect(given).toMatchObject({
      COMPOSE_PROJECT_NAME: 'hub-dev',
      DEV_SECRETS_DIR: places.secrets,
      // Nothing but this is read in place of the .env that lies beside the script.
      COMPOSE_ENV_FILES: '/dev/null',
      DOCKER_HOST: 'unix:///run/user/1/docker.sock',
      CONTINUITY_DEPLOY: places.directory,
      APP_VERSION: commit,
    });
    expect(JSON.stringify(given)).not.toContain(token);
    for (const name of ['GITHUB_TOKEN', 'INPUT_TOKEN', 'COMPOSE_FILE', 'COMPOSE_PROFILES', 'APP_CONTEXT'])
      expect(given).not.toHaveProperty(name);
  });

  it("is given the host's own variables, where the deployments' folder has some", async () => {
    const places = await prepare('first', 'hub-dev', 'DEV_POSTGRES_IMAGE=postgres:18\n');
    expect(readEnvironment('first')['COMPOSE_ENV_FILES']).toBe(places.envFile);
  });

  it('creates secrets for each project by itself, and what it does not know becomes a random password', async () => {
    const [first, second] = [await prepare('first', 'hub-dev'), await prepare('second', 'other-dev')];
    const passwords = [first, second].map(({ secrets }) => {
      expect(readdirSync(secrets).sort()).toEqual(['password', 'pgpass']);
      expect(statSync(secrets).mode & 0o777).toBe(0o700);
      expect(readFileSync(join(secrets, 'pgpass'), 'utf8')).toBe('of a form of its own');
      return readFileSync(join(secrets, 'password'), 'utf8');
    });
    expect(passwords).toEqual([expect.stringMatching(/^[0-9a-f]{48}$/), expect.stringMatching(/^[0-9a-f]{48}$/)]);
    expect(passwords[0]).not.toBe(passwords[1]);
    expect(readEnvironment('second')).toMatchObject({
      COMPOSE_PROJECT_NAME: 'other-dev',
      DEV_SECRETS_DIR: second.secrets,
    });
  });
});
