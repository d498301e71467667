import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../logging/failure.ts';
import type { ComposeModel } from '../../sources/compose/compose-model.ts';
import { lastLine } from '../../sources/compose/docker.ts';
import { readComposeModel } from '../../sources/compose/model.ts';
import { askCompose, runCompose, type ComposeProject } from '../../sources/compose/project.ts';
import { listServiceContainers } from '../../sources/compose/service-containers.ts';
import { runCommand, type CommandResult } from '../../system/run-command.ts';
import { isWell, listServiceStates, type ServiceState } from '../dev/service-states.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { findMounting } from '../services/find-users.ts';
import { listHomes } from './homes.ts';

/** Images may have to be fetched or built first. */
const timeoutMs = 60 * 60_000;
const startingMs = 5 * 60_000;
const lookEveryMs = 1000;

/** What the compose project's own folder has to make secrets and folders that its compose file expects. */
const preparation = 'infrastructure/compose/prepare.sh';

/** Creates secret files and folders that are still missing; what the recovery kit brought stays as it is. */
export async function prepareProject(platform: Platform): Promise<void> {
  const { directory, files, environment } = openProject(platform);
  const script = join(directory, preparation);
  const isThere = await access(script).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  const { signal } = platform;
  const env = { ...environment, COMPOSE_FILE: files.join(':'), COMPOSE_PATH_SEPARATOR: ':' };
  const options = { env, cwd: directory, timeoutMs, ...(signal ? { signal } : {}) };
  const { code, stderr } = await runCommand('bash', [script, 'production'], options);
  for (const line of stderr.split('\n').filter((each) => each.startsWith('prepare: ')))
    platform.logger.info(`   ${line}`);
  if (code === 0) return;
  throw new Failure(
    'source',
    `${script} failed: ${lastLine({ stderr, code })}`,
    'Put right what it names, then run the same line again: it goes on where it stopped.',
  );
}

/**
 * Starts the database servers alone, so that no application opens an empty database, and makes all other containers and
 * volumes without starting them: some are to be filled, and an image that cannot be had is better known now than hours
 * later, when everything is restored.
 */
export async function bringUpDatabases(platform: Platform, otherVolumes: readonly string[]): Promise<string[]> {
  const project = openProject(platform);
  const model = await readComposeModel(project);
  const { databases, files } = platform.config;
  const servers = unique(databases.flatMap(({ reach }) => (reach.by === 'service' ? [reach.service] : [])));
  refuseUnknown(platform, model, servers);
  const volumes = [...otherVolumes, ...files.flatMap(({ place }) => (place.by === 'volume' ? [place.volume] : []))];
  const users = volumes.flatMap((volume) => findMounting(model, { place: { by: 'volume', volume } }));
  if (servers.length > 0) await up(platform, project, ['--detach', '--wait', ...servers]);
  const started = (await askCompose(project, ['config', '--services'])).split('\n').filter((name) => name !== '');
  // Those of a profile that is not started as well: a volume is there once a service that has it is made.
  await make(platform, project, unique([...started.sort(), ...users, ...listHomes(platform.config)]));
  return servers;
}

/**
 * Makes containers where there are none, also of what these services depend on: made without (`--no-deps`), one is
 * outdated for Compose, and replaced when everything is started. What is there is left alone: Compose would start one
 * that a killed run has paused.
 */
async function make(platform: Platform, project: ComposeProject, services: readonly string[]): Promise<void> {
  if (services.length === 0) return;
  const present = await listServiceContainers(project, services);
  const missing = services.filter((name) => !present.some(({ service }) => service === name));
  if (missing.length > 0) await up(platform, project, ['--no-start', '--no-recreate', ...missing]);
}

/** Starts everything and waits until all of it is healthy. */
export async function bringUpPlatform(platform: Platform): Promise<void> {
  // Made anew, a container has lost the files that were put into it.
  const keeping = listHomes(platform.config).length > 0 ? ['--no-recreate'] : [];
  await up(platform, openProject(platform), ['--detach', '--wait', ...keeping]);
}

async function up(platform: Platform, project: ComposeProject, words: readonly string[]): Promise<void> {
  const { signal } = platform;
  const result = await runCompose(project, ['up', ...words], { timeoutMs, ...(signal ? { signal } : {}) });
  if (result.code === 0) return;
  let ailing = await listAiling(project);
  // Compose stops waiting, and fails, when a service has done what it was to do once: others may be starting still.
  const isByEnd = /exited \(0\)$/.test(lastLine(result));
  for (const begun = Date.now(); isByEnd && ailing?.some(isStarting) && Date.now() - begun < startingMs;) {
    await sleep(lookEveryMs, undefined, signal ? { signal } : {});
    ailing = await listAiling(project);
  }
  if (isByEnd && ailing?.length === 0) return;
  throw new Failure(
    'source',
    `docker compose up failed: ${lastLine(result)}${ailing?.length ? `; not well: ${ailing.map(describe).join(', ')}` : ''}`,
    `${adviseOn(result)}, then run the same line again: it goes on where it stopped.`,
  );
}

function adviseOn({ stderr }: CommandResult): string {
  return /pull access denied|manifest unknown|unauthorized|unable to prepare context|Dockerfile|failed to resolve|no such host/i.test(
    stderr,
  )
    ? 'An image cannot be had: log in to its registry (docker login), name another in .env, or put what it is built from where .env says (APP_CONTEXT)'
    : 'Look at docker compose ps and docker compose logs SERVICE, put it right';
}

/** Services that do not run or are not healthy; undefined where nobody can tell. */
async function listAiling(project: ComposeProject): Promise<ServiceState[] | undefined> {
  const states = await listServiceStates(project).catch(() => undefined);
  return states?.filter((state) => !isWell(state));
}

function isStarting({ state, health }: ServiceState): boolean {
  return state === 'restarting' || health === 'starting';
}

function describe({ service, state, health }: ServiceState): string {
  return `${service} (${[state, health].filter((word) => word !== '').join(', ')})`;
}

function refuseUnknown({ config }: Platform, { services }: ComposeModel, wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !services.some((service) => service.name === name));
  if (missing.length === 0) return;
  throw new Failure(
    'config',
    `${config.file} names services that the compose file does not have: ${missing.join(', ')}`,
    'Correct one of the two (docker compose config --services), then run the same line again.',
  );
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
