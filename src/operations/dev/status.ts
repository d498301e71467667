import { exitCodes } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { checkEngine } from './check-engine.ts';
import type { DevProject } from './dev-project.ts';
import { asMap, show } from './policy/parts.ts';
import { findPublishedUrl } from './published-url.ts';
import { readRawModel } from './read-raw-model.ts';
import { isWell, listServiceStates, type ServiceState } from './service-states.ts';
import { askUrl } from './wait-for-url.ts';

export interface DevStatusResult {
  readonly project: string;
  readonly verdict: 'healthy' | 'ailing' | 'stopped';
  readonly url?: string;
  /** What the address said: `HTTP 200`, `ECONNREFUSED`. */
  readonly answer?: string;
  readonly services: readonly ServiceState[];
  /** Services that have no container, though something of the project runs. */
  readonly missing: readonly string[];
  readonly exitCode: number;
}

/** How the development platform is: each service, and whether the address answers. Changes nothing. */
export async function readDevStatus({
  project,
  logger,
  signal,
}: {
  project: DevProject;
  logger: Logger;
  signal?: AbortSignal;
}): Promise<DevStatusResult> {
  await checkEngine(project.environment, logger);
  const [model, services] = await Promise.all([readRawModel(project), listServiceStates(project)]);
  const url = findPublishedUrl(model, project.port);
  const answer = url === undefined ? undefined : await askUrl(url, signal);
  const isStopped = services.every(({ state }) => state !== 'running' && state !== 'restarting');
  const missing = isStopped
    ? []
    : listExpected(model).filter((name) => !services.some(({ service }) => service === name));
  const isHealthy = services.every(isWell) && missing.length === 0 && answer?.isGood !== false;
  const verdict = isStopped ? 'stopped' : isHealthy ? 'healthy' : 'ailing';
  return {
    project: show(asMap(model)['name']),
    verdict,
    ...(url === undefined ? {} : { url }),
    ...(answer === undefined ? {} : { answer: answer.said }),
    services,
    missing,
    exitCode: verdict === 'healthy' ? exitCodes.ok : exitCodes.failed,
  };
}

/** Services that always run: those of a profile are started by who wants them. */
function listExpected(model: unknown): string[] {
  return Object.entries(asMap(asMap(model)['services']))
    .filter(([, service]) => {
      const { profiles, scale } = asMap(service);
      return (!Array.isArray(profiles) || profiles.length === 0) && scale !== 0;
    })
    .map(([name]) => name);
}
