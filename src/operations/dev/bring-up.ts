import { stripVTControlCharacters } from 'node:util';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { printable } from '../../logging/printable.ts';
import { formatDuration } from '../../logging/quantity-text.ts';
import { lastLine } from '../../sources/compose/docker.ts';
import { runCompose, type ComposeProject } from '../../sources/compose/project.ts';
import { planBuild } from './plan-build.ts';
import { isWell, listServiceStates, type ServiceState } from './service-states.ts';

/** Building, pulling images and starting the first time; Compose's own limit for health comes on top. */
const PREPARATION_MS = 60 * 60_000;
const LOG_LINES = 15;

export interface BringUpOptions {
  /** How long the services may take to become healthy. */
  readonly waitMs: number;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Default: builds what has a build. */
  readonly build?: boolean;
}

/**
 * Builds, starts, and waits until every service is healthy. Containers of services that the file no longer has go;
 * volumes stay.
 * @throws Failure `source` which names the service that is not healthy, with the last lines of its log.
 */
export async function bringUp(project: ComposeProject, options: BringUpOptions): Promise<void> {
  const { waitMs, logger, signal, build = true } = options;
  if (build) await buildImages(project, options);
  const seconds = String(Math.ceil(waitMs / 1000));
  const args = ['up', '--detach', '--no-build', '--remove-orphans', '--wait', '--wait-timeout', seconds];
  const result = await runCompose(project, args, {
    timeoutMs: PREPARATION_MS + waitMs,
    ...(signal ? { signal } : {}),
  });
  logger.debug(result.stderr.trim());
  if (result.code !== 0) throw await explainTrouble(project, lastLine(result), waitMs);
}

/**
 * Builds every image that has a build; a project without any is done at once. What has no Dockerfile here is pulled
 * instead, if its image is not here yet.
 * @throws Failure `source` where a build fails, `config` where there is neither a Dockerfile nor an image.
 */
export async function buildImages(
  project: ComposeProject,
  { logger, signal }: Pick<BringUpOptions, 'logger' | 'signal'>,
): Promise<void> {
  const services = await planBuild(project, { logger, signal });
  if (services.length === 0) return;
  const result = await runCompose(project, ['build', ...services], {
    timeoutMs: PREPARATION_MS,
    ...(signal ? { signal } : {}),
  });
  logger.debug(result.stderr.trim());
  if (result.code === 0) return;
  // What a build says stands at its end.
  const said = readLastLines(`${result.stdout}\n${result.stderr}`);
  throw new Failure(
    'source',
    ['the images cannot be built:', ...said].join('\n  '),
    'Correct the Dockerfile, or what it fetches; nothing that runs was changed.',
  );
}

async function explainTrouble(project: ComposeProject, said: string, waitMs: number): Promise<Failure> {
  const states = await listServiceStates(project).catch(() => []);
  // What waits for another one has no log of its own to look at.
  const ailing = states.filter((state) => state.state !== 'created' && !isWell(state));
  const [first] = ailing.sort((a, b) => rank(a) - rank(b));
  if (!first) {
    return new Failure('source', `docker compose up failed: ${printable(said)}`, 'Correct that, then run again.');
  }
  const logs = await runCompose(project, [
    '--ansi',
    'never',
    'logs',
    '--no-color',
    '--no-log-prefix',
    '--tail',
    String(LOG_LINES),
    first.service,
  ]);
  const lines = readLastLines(`${logs.stdout}\n${logs.stderr}`);
  const others = ailing.filter(({ service }) => service !== first.service).map(({ service }) => service);
  return new Failure(
    'source',
    [
      `service ${first.service} ${describe(first, waitMs)}`,
      ...(others.length > 0 ? [`not well either: ${others.join(', ')}`] : []),
      ...(lines.length > 0 ? [`the last lines of its log:`, ...lines] : ['its log is empty']),
    ].join('\n  '),
    `Look at the whole log (npm run -s dev:logs -- ${first.service}), correct the service, then run again.`,
  );
}

/** What has ended tells more than what is unhealthy, and that more than what is still starting. */
function rank({ state, health }: ServiceState): number {
  if (state === 'exited' || state === 'dead' || state === 'restarting') return 0;
  return health === 'unhealthy' ? 1 : 2;
}

function describe({ state, health, exitCode }: ServiceState, waitMs: number): string {
  if (state === 'exited') return `ended with exit code ${exitCode}`;
  if (state !== 'running') return `does not stay up (${state})`;
  return health === 'unhealthy' ? 'is unhealthy' : `did not get healthy within ${formatDuration(waitMs)} (${health})`;
}

function readLastLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => printable(stripVTControlCharacters(line)).slice(0, 300))
    .filter((line) => line !== '')
    .slice(-LOG_LINES);
}
