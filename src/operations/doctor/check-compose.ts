import type { Config } from '../../config/config.ts';
import { Failure } from '../../logging/failure.ts';
import type { ComposeModel } from '../../sources/compose/compose-model.ts';
import { runDocker } from '../../sources/compose/docker.ts';
import { askCompose, type ComposeProject } from '../../sources/compose/project.ts';
import { findUncovered } from '../coverage/find-uncovered.ts';
import { findUnread } from '../coverage/find-unread.ts';
import { readStack, type Stack } from '../coverage/read-stack.ts';
import { openProject } from '../open-project.ts';
import type { Platform } from '../platform.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

const SUBJECT = 'compose';

/** The compose project: engine, Compose 2, files, services that are named, and what of it no source covers. */
export async function checkCompose(platform: Platform): Promise<Finding[]> {
  if (!platform.config.compose) return [];
  const project = openProject(platform);
  return await examine(SUBJECT, async () => {
    const versions = await readVersions(project);
    const stack = await readStack(project);
    const name = project.project ?? stack.model.project ?? '';
    return [
      fine(SUBJECT, `project ${name}, ${stack.model.services.length} services; ${versions}`),
      ...(await findUnread(project, stack.state)).map(({ message, next }) => worry(SUBJECT, message, next)),
      ...checkServices(platform.config, stack.model),
      ...(await examine('coverage', () => checkCoverage(platform, stack))),
    ];
  });
}

/** @throws Failure where the engine does not answer, or Compose 2 or newer is missing. */
async function readVersions(project: ComposeProject): Promise<string> {
  const compose = (await askCompose(project, ['version', '--short'])).trim().replace(/^v/, '');
  if (/^[01]\./.test(compose)) {
    const next = 'Install Compose 2 or newer for Docker (docs/platform.md).';
    throw new Failure('config', `Docker Compose ${compose} cannot be used`, next);
  }
  const { stdout } = await runDocker(['version', '--format', '{{.Server.Version}}'], project);
  return `Docker ${stdout.trim()}, Compose ${compose}`;
}

/** Services that the configuration names and the compose file does not have. */
function checkServices(config: Config, { services }: ComposeModel): Finding[] {
  const known = new Set(services.map(({ name }) => name));
  const named: [key: string, service: string][] = [
    ...config.databases.flatMap(({ name, reach }): [string, string][] =>
      reach.by === 'service' ? [[`databases.${name}.service`, reach.service]] : [],
    ),
    ...config.files.flatMap(({ name, place }): [string, string][] =>
      place.by === 'service' ? [[`files.${name}.service`, place.service]] : [],
    ),
    ...listUsers('databases', config.databases),
    ...listUsers('files', config.files),
    ...(config.compose?.pauses ?? []).map((service): [string, string] => ['compose.pause', service]),
  ];
  return named
    .filter(([, service]) => !known.has(service))
    .map(([key, service]) => ({
      subject: key,
      state: 'failed',
      message: `the compose project has no service ${service}`,
      next: `It has ${[...known].join(', ') || 'none'}: correct the name in ${config.file}.`,
    }));
}

function listUsers(section: string, sources: Config['databases'] | Config['files']): [string, string][] {
  return sources.flatMap(({ name, usedBy = [] }) =>
    usedBy.map((service): [string, string] => [`${section}.${name}.used-by`, service]),
  );
}

async function checkCoverage(platform: Platform, stack: Stack): Promise<Finding[]> {
  const { uncovered, stale } = await findUncovered(platform, stack);
  const findings = uncovered.map(({ message, next }) => worry('coverage', message, next));
  for (const label of stale) {
    const next = 'Take the line out of not-covered:, or correct the name in it.';
    findings.push(
      worry('coverage', `not-covered: names "${label}", which the project does not have, or a source covers`, next),
    );
  }
  if (findings.length > 0) return findings;
  return [fine('coverage', 'every volume and database of the project has a source, or a reason why not')];
}
