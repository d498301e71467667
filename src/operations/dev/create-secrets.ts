import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { runCommand, type Environment } from '../../system/run-command.ts';
import { writeDurably } from '../../system/durable-file.ts';
import type { DevProject } from './dev-project.ts';
import { followLinks } from './follow-links.ts';
import { isWithin } from './policy/ground.ts';
import { asMap, isSet, show } from './policy/parts.ts';

const timeoutMs = 10 * 60_000;

/**
 * Creates the secret files that the model names, that lie in development's folder of secrets, and that are missing. What
 * is there stays: databases keep the password that they were made with. `script` is infrastructure/compose/prepare.sh,
 * which knows those with a form of their own; what it does not know becomes a random password.
 * @throws Failure `config` where the script fails.
 */
export async function createMissingSecrets(
  model: unknown,
  { secrets, environment, project, envFile }: Pick<DevProject, 'secrets' | 'environment' | 'project' | 'envFile'>,
  { script, logger, signal }: { script: string | undefined; logger: Logger; signal?: AbortSignal | undefined },
): Promise<void> {
  if (listMissing(model, secrets).length === 0) return;
  // Closed to all but its owner; a file in it is open to the user of the one service that it is given to.
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  if (script !== undefined && existsSync(script))
    await runScript(
      script,
      {
        ...environment,
        DEV_SECRETS_DIR: secrets,
        // Its container is of this project and this project's images, wherever the script lies.
        ...(project === undefined ? {} : { COMPOSE_PROJECT_NAME: project }),
        ...(envFile === undefined ? {} : { COMPOSE_ENV_FILES: envFile }),
      },
      signal,
    );
  for (const path of listMissing(model, secrets)) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeDurably(path, randomBytes(24).toString('hex'), 0o444);
    logger.info(`Created the secret ${path}.`);
  }
}

function listMissing(model: unknown, secrets: string): string[] {
  const folder = followLinks(secrets);
  return Object.values(asMap(asMap(model)['secrets']))
    .map((secret) => asMap(secret)['file'])
    .filter(isSet)
    .map(show)
    .filter((path) => isWithin(followLinks(path), folder) && !existsSync(path));
}

async function runScript(script: string, env: Environment, signal: AbortSignal | undefined): Promise<void> {
  const result = await runCommand('bash', [script, 'dev'], { env, timeoutMs, ...(signal ? { signal } : {}) });
  signal?.throwIfAborted();
  if (result.code === 0) return;
  const said = result.stderr.trim().split('\n').slice(-2).join('; ').slice(0, 400);
  throw new Failure(
    'config',
    `development's secrets cannot be created: ${said || `exit code ${result.code}`}`,
    `Run it by hand: bash ${script} dev.`,
  );
}
