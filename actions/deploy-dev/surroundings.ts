import { dirname, join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { findConfig } from '../../src/config/locate.ts';
import { openGitHub } from '../../src/github/github-api.ts';
import { parseRepository } from '../../src/github/repository.ts';
import { messageOf } from '../../src/logging/failure.ts';
import type { Logger } from '../../src/logging/logger.ts';
import type { DeployGitHub } from '../../src/operations/deploy/record.ts';
import type { ActionContext } from '../frame/action.ts';

/** GitHub as this run knows it; undefined without a token. */
export function connectGitHub(
  { environment, logger }: Pick<ActionContext, 'environment' | 'logger'>,
  options: { token: string | undefined; environment: string; environmentUrl: string | undefined },
): DeployGitHub | undefined {
  const { token, environmentUrl } = options;
  if (token === undefined) return undefined;
  const server = environment['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const repository = environment['GITHUB_REPOSITORY'] ?? '';
  const run = environment['GITHUB_RUN_ID'];
  return {
    // Without the signal: also a cancelled run says how it ended.
    api: openGitHub({
      apiUrl: environment['GITHUB_API_URL'] ?? 'https://api.github.com',
      token,
      tokenName: 'input token',
      logger,
    }),
    repository: parseRepository(repository),
    environment: options.environment,
    environmentUrl,
    logUrl: run === undefined ? undefined : `${server}/${repository}/actions/runs/${run}`,
  };
}

/** Production's configuration, where this host is production's too, and this account may read it. */
export async function findProductionConfig(workspace: string, logger: Logger): Promise<Config | undefined> {
  try {
    const file = await findConfig(undefined, workspace);
    return file === undefined ? undefined : await loadConfig(file);
  } catch (error) {
    logger.debug(`production's configuration is not compared with: ${messageOf(error)}`);
    return undefined;
  }
}

/** Beside the actions in the toolkit's own checkout: actions/deploy-dev/dist/index.js → infrastructure/compose. */
export function locatePrepareScript(): string {
  return join(dirname(process.argv[1] ?? '.'), '..', '..', '..', 'infrastructure', 'compose', 'prepare.sh');
}
