import type { Logger } from '../../logging/logger.ts';
import { approveProject } from '../dev/approve.ts';
import { bringUp } from '../dev/bring-up.ts';
import type { DevProject } from '../dev/dev-project.ts';
import { findPublishedUrl } from '../dev/published-url.ts';
import { waitForUrl } from '../dev/wait-for-url.ts';
import { stopUnhealthy } from './stop-unhealthy.ts';

export interface SwitchOptions {
  readonly healthUrl: string | undefined;
  readonly waitMs: number;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Builds first. */
  readonly build: boolean;
}

/**
 * Makes the project that of one commit: its containers, and the address that answers. Returns the address that was asked.
 * What a commit may be is asked again each time: a host changes between two deployments.
 * @throws Failure where it is not approved, or does not get healthy.
 */
export async function switchTo(project: DevProject, options: SwitchOptions): Promise<string | undefined> {
  const { healthUrl, waitMs, logger, signal, build } = options;
  const model = await approveProject(project, logger);
  await stopUnhealthy(project, logger);
  await bringUp(project, { waitMs, logger, signal, build });
  const url = healthUrl ?? findPublishedUrl(model, project.port);
  if (url !== undefined) await waitForUrl(url, waitMs, signal);
  return url;
}
