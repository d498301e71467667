import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { lastLine } from '../../sources/compose/docker.ts';
import { runCompose } from '../../sources/compose/project.ts';
import { approveProject } from './approve.ts';
import { checkEngine } from './check-engine.ts';
import type { DevProject } from './dev-project.ts';
import { asMap, show } from './policy/parts.ts';
import { listServiceStates } from './service-states.ts';

/** Databases are given this long to end in order, by their own stop_grace_period. */
const timeoutMs = 15 * 60_000;

export interface DevStopResult {
  readonly project: string;
  /** Containers that were removed; their volumes stay. */
  readonly containers: readonly string[];
}

/** Stops the development platform: its containers and networks go, its volumes stay. */
export async function stopDev({
  project,
  logger,
  signal,
}: {
  project: DevProject;
  logger: Logger;
  signal?: AbortSignal;
}): Promise<DevStopResult> {
  await checkEngine(project.environment, logger);
  // Also what only stops: by production's name it would be production that stops.
  const model = await approveProject(project, logger);
  const containers = (await listServiceStates(project)).map(({ container }) => container);
  const result = await runCompose(project, ['--profile', '*', 'down', '--remove-orphans'], {
    timeoutMs,
    ...(signal ? { signal } : {}),
  });
  if (result.code !== 0) {
    const next = 'Look at docker ps --all, then run again.';
    throw new Failure('source', `docker compose down failed: ${lastLine(result)}`, next);
  }
  return { project: show(asMap(model)['name']), containers };
}
