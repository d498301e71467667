import { countOf, formatDuration } from '../logging/quantity-text.ts';
import type { ServiceState } from '../operations/dev/service-states.ts';
import type { DevStartResult } from '../operations/dev/start.ts';
import type { DevStatusResult } from '../operations/dev/status.ts';
import type { DevStopResult } from '../operations/dev/stop.ts';

/** Said at every start: somebody will look for production's accounts there. */
const emptyNote =
  "Development has data of its own: production's does not come here, by no command, until it can be anonymised.";

/** That the development platform is up: where, and how long it took. */
export function renderDevStart({ url, project, services, durationMs }: DevStartResult): string {
  const where = url === undefined ? `project ${project}, which publishes no port` : url;
  return [
    `Development is up: ${where}`,
    `${countOf(services.length, 'service')} healthy in ${formatDuration(durationMs)}.`,
    emptyNote,
  ].join('\n');
}

export function renderDevStop({ project, containers }: DevStopResult): string {
  if (containers.length === 0) return `Nothing of project ${project} was running.`;
  return `Stopped project ${project}: ${countOf(containers.length, 'container')} removed, all volumes kept.`;
}

/** A line a service, then the address and the verdict. */
export function renderDevStatus({ project, verdict, url, answer, services, missing }: DevStatusResult): string {
  if (verdict === 'stopped') return `Project ${project} does not run. Start it: npm run -s dev:start`;
  const width = Math.max(...[...services.map(({ service }) => service), ...missing].map(({ length }) => length));
  return [
    ...services.map((state) => `${state.service.padEnd(width)}  ${describe(state)}`),
    ...missing.map((service) => `${service.padEnd(width)}  has no container`),
    '',
    url === undefined ? 'No port is published.' : `${url}  ${answer ?? ''}`,
    verdict === 'healthy' ? `Project ${project} is healthy.` : `Project ${project} is not well: npm run -s dev:logs`,
  ].join('\n');
}

function describe({ state, health, exitCode }: ServiceState): string {
  if (state === 'exited') return `ended with exit code ${exitCode}`;
  return health === '' ? state : `${state}, ${health}`;
}
