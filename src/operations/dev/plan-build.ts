import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { lastLine, runDocker } from '../../sources/compose/docker.ts';
import { askCompose, type ComposeProject } from '../../sources/compose/project.ts';
import { asMap, isSet, show } from './policy/parts.ts';

const pullMs = 60 * 60_000;
const MAXIMUM_MODEL_BYTES = 16 << 20;

/**
 * Names the services to build: those that have a build, without those whose Dockerfile is somewhere else and whose image
 * is on the engine, or can be pulled now.
 * @throws Failure `config` where a service has neither; nothing has been built by then.
 */
export async function planBuild(
  project: ComposeProject,
  { logger, signal }: { logger: Logger; signal?: AbortSignal | undefined },
): Promise<string[]> {
  // Of the profiles that are started: what nobody starts needs no image.
  const args = ['config', '--format', 'json'];
  const model: unknown = JSON.parse(await askCompose(project, args, { maximumOutputBytes: MAXIMUM_MODEL_BYTES }));
  const services = Object.entries(asMap(asMap(model)['services'])).map(([name, each]) => ({ name, ...asMap(each) }));
  const options = { environment: project.environment, ...(signal ? { signal } : {}) };
  const planned: string[] = [];
  for (const service of services.filter((each) => isSet(asMap(each)['build']))) {
    if (!lacksDockerfile(service)) {
      planned.push(service.name);
      continue;
    }
    const image = show(asMap(service)['image']);
    if ((await runDocker(['image', 'inspect', '--', image], options)).code === 0) continue;
    logger.info(`There is no Dockerfile for ${service.name}: pulling ${image}.`);
    const pulled = await runDocker(['pull', '--quiet', '--', image], { ...options, timeoutMs: pullMs });
    if (pulled.code === 0) continue;
    throw new Failure(
      'config',
      `service ${service.name} has no Dockerfile (${findDockerfile(service)}), and its image ${image} is not here and cannot be pulled: ${lastLine(pulled)}`,
      "Say in .env where the App's Dockerfile is (APP_CONTEXT), or which image to use instead (DEV_APP_IMAGE); nothing was started (docs/development.md).",
    );
  }
  return planned;
}

/** Whether a service can only be started from an image that is made elsewhere: it names one, and its Dockerfile is not here. */
export function lacksDockerfile(service: Readonly<Record<string, unknown>>): boolean {
  const { build, image } = service;
  if (!isSet(build) || !isSet(image) || isSet(asMap(build)['dockerfile_inline'])) return false;
  return !existsSync(findDockerfile(service));
}

function findDockerfile({ build }: Readonly<Record<string, unknown>>): string {
  const { context, dockerfile } = typeof build === 'string' ? { context: build, dockerfile: undefined } : asMap(build);
  return resolve(show(context ?? '.'), isSet(dockerfile) ? show(dockerfile) : 'Dockerfile');
}
