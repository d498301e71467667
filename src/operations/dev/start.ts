import type { Logger } from '../../logging/logger.ts';
import { approveProject } from './approve.ts';
import { bringUp } from './bring-up.ts';
import { checkEngine, type EngineVersions } from './check-engine.ts';
import { createMissingSecrets } from './create-secrets.ts';
import type { DevProject } from './dev-project.ts';
import { findPublishedUrl } from './published-url.ts';
import { asMap, show } from './policy/parts.ts';
import { listServiceStates, type ServiceState } from './service-states.ts';
import { waitForUrl } from './wait-for-url.ts';

export interface DevStartOptions {
  readonly project: DevProject;
  /** Longest time for the services to become healthy, and then for the address to answer. */
  readonly waitMs: number;
  /** infrastructure/compose/prepare.sh, if there is one. */
  readonly prepareScript: string | undefined;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

export interface DevStartResult {
  readonly project: string;
  /** Absent where the file publishes no port. */
  readonly url?: string;
  readonly versions: EngineVersions;
  readonly services: readonly ServiceState[];
  readonly durationMs: number;
}

/**
 * Brings the development platform up: checks Docker, refuses a file that reaches beyond development, creates what is
 * missing, builds, starts, waits until all is healthy and the address answers. Asked again it changes what has changed.
 */
export async function startDev(options: DevStartOptions): Promise<DevStartResult> {
  const { project, waitMs, prepareScript, logger, signal } = options;
  const began = performance.now();
  logger.phase('Check');
  const versions = await checkEngine(project.environment, logger);
  const model = await approveProject(project, logger);
  await createMissingSecrets(model, project, { script: prepareScript, logger, signal });
  logger.phase('Build and start');
  await bringUp(project, { waitMs, logger, signal });
  const url = findPublishedUrl(model, project.port);
  if (url !== undefined) await waitForUrl(url, waitMs, signal);
  return {
    project: show(asMap(model)['name']),
    ...(url === undefined ? {} : { url }),
    versions,
    services: await listServiceStates(project),
    durationMs: performance.now() - began,
  };
}
