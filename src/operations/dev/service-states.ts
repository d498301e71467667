import { askCompose, type ComposeProject } from '../../sources/compose/project.ts';
import { asMap, isSet, show } from './policy/parts.ts';

/** A container of a service, as Compose lists it. */
export interface ServiceState {
  readonly service: string;
  readonly container: string;
  /** Docker's word: `running`, `exited`, `restarting`, … */
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`; empty where it has no health check. */
  readonly health: string;
  readonly exitCode: number;
}

/** All containers of the project, stopped ones too, in the order of their services' names. */
export async function listServiceStates(project: ComposeProject): Promise<ServiceState[]> {
  return readServiceStates(await askCompose(project, ['ps', '--all', '--format', 'json']));
}

/** Reads both forms of `docker compose ps --format json`: one list (before 2.21), or one object a line. */
export function readServiceStates(text: string): ServiceState[] {
  const trimmed = text.trim();
  const entries = trimmed.startsWith('[')
    ? (JSON.parse(trimmed) as unknown[])
    : trimmed.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown]));
  return entries
    .map(asMap)
    .map((entry) => ({
      service: show(entry['Service'] ?? ''),
      container: show(entry['Name'] ?? ''),
      state: show(entry['State'] ?? ''),
      health: show(entry['Health'] ?? ''),
      exitCode: Number(entry['ExitCode'] ?? 0),
    }))
    .sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : 0));
}

/** Whether it does its work: it runs and is not unhealthy, or it was to run once and ended well. */
export function isWell({ state, health, exitCode }: ServiceState): boolean {
  if (state === 'exited') return exitCode === 0;
  return state === 'running' && (!isSet(health) || health === 'healthy');
}
