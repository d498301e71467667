import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { lastLine, runDocker } from '../../sources/compose/docker.ts';
import { runCommand, type Environment } from '../../system/run-command.ts';

/** The first that knows everything that our compose files use. */
const RECOMMENDED = [2, 20] as const;

export interface EngineVersions {
  readonly engine: string;
  readonly compose: string;
}

/**
 * Whether the Docker engine answers and Compose is version 2 or newer.
 * @throws Failure `config` where docker or Compose is missing or too old, `source` where the engine does not answer.
 */
export async function checkEngine(environment: Environment, logger: Logger): Promise<EngineVersions> {
  const answer = await runDocker(['version', '--format', '{{.Server.Version}}'], { environment });
  if (answer.code !== 0) {
    const next = 'Look at docker info, then run again.';
    throw new Failure('source', `the Docker engine does not answer: ${lastLine(answer)}`, next);
  }
  const engine = answer.stdout.trim();
  const { code, stdout } = await runDocker(['compose', 'version', '--short'], { environment });
  const compose = code === 0 ? stdout.trim().replace(/^v/, '') : await findOldCompose(environment);
  judgeComposeVersion(compose, logger);
  return { engine, compose: compose as string };
}

/** @throws Failure `config` for version 1, and where there is none. */
export function judgeComposeVersion(version: string | undefined, logger: Pick<Logger, 'warning'>): void {
  const next =
    'Install Compose 2: the package docker-compose-plugin of Docker, or docker-compose of Debian 13 or newer (docs/development.md).';
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined || minor === undefined) {
    throw new Failure('config', 'this Docker has no Compose ("docker compose")', next);
  }
  if (Number(major) < 2) {
    const what = `Compose ${version} is here, which cannot read today's compose files and has no "up --wait"`;
    throw new Failure('config', what, next);
  }
  if (Number(major) === RECOMMENDED[0] && Number(minor) < RECOMMENDED[1]) {
    logger.warning(`Compose ${version} is older than ${RECOMMENDED.join('.')}: it may not understand every part.`);
  }
}

/** The version of a `docker-compose` that stands alone: whoever has only that one wants to know why it does not do. */
async function findOldCompose(environment: Environment): Promise<string | undefined> {
  const result = await runCommand('docker-compose', ['version', '--short'], {
    env: environment,
    timeoutMs: 30_000,
  }).catch(() => undefined);
  const version = result?.code === 0 ? result.stdout.trim() : undefined;
  // A new one that stands alone does not help: docker itself has to know it.
  return version?.startsWith('1.') ? version : undefined;
}
