import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { composeArguments } from '../../sources/compose/project.ts';
import { checkEngine } from './check-engine.ts';
import type { DevProject } from './dev-project.ts';
import { asMap } from './policy/parts.ts';
import { readRawModel } from './read-raw-model.ts';

export interface DevLogsOptions {
  readonly project: DevProject;
  /** Absent: all. */
  readonly service?: string | undefined;
  /** Lines of each service. */
  readonly tail: number;
  /** Goes on until the signal, or the end of the containers. */
  readonly follow: boolean;
  /** Where the lines go; stays open. */
  readonly output: Writable;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/** Writes the services' logs as they come. @throws Failure `usage` where there is no such service. */
export async function writeDevLogs(options: DevLogsOptions): Promise<void> {
  const { project, service, tail, follow, output, logger, signal } = options;
  await checkEngine(project.environment, logger);
  const known = Object.keys(asMap(asMap(await readRawModel(project))['services']));
  if (service !== undefined && !known.includes(service)) {
    throw new Failure('usage', `there is no service ${service}`, `Name one of ${known.join(', ')}.`);
  }
  const args = ['--ansi', 'never', 'logs', '--no-color', '--tail', String(tail), ...(follow ? ['--follow'] : [])];
  const child = spawn('docker', [...composeArguments(project), ...args, ...(service === undefined ? [] : [service])], {
    env: project.environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    const [code] = await Promise.all([ended, pipeline(child.stdout, output, { end: false })]);
    if (code === 0 || signal?.aborted) return;
    throw new Failure('source', `docker compose logs ended with ${code ?? 'a signal'}`, 'Look at docker ps --all.');
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
