import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { toFailure } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import type { Verdict } from '../vault/vault-client.ts';
import type { AlertSubject } from './alert.ts';
import type { DeliveryLimits } from './channel.ts';
import type { AlertSetting } from './compose.ts';
import { tell } from './tell.ts';

/** The part of a platform that alerts need. */
export interface ToldPlatform {
  readonly config: Config;
  readonly logger: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

export interface ToldRun<Result> {
  readonly subject: Extract<AlertSubject, `production.${string}`>;
  /** A person sits at the terminal and reads how it ends: nobody else is told. */
  readonly isAttended?: boolean;
  /** False where a ping address does not wait for this run. Default: true. */
  readonly mayPing?: boolean;
  /** What is wrong although there is a result; absent: nothing ever is. */
  readonly listFaults?: (result: Result) => readonly string[];
  readonly limits?: DeliveryLimits;
}

/**
 * Runs one of production's commands and tells people how it ended, as `alerts:` of continuity.yml asks for it. What it
 * gives or throws stays what it was. A run that was asked to end, or asked for in the wrong way, is nobody's alarm.
 */
export async function runTold<Result>(
  platform: ToldPlatform,
  told: ToldRun<Result>,
  run: () => Promise<Result>,
): Promise<Result> {
  const { alerts } = platform.config;
  if (!alerts || told.isAttended) return await run();
  const { subject, mayPing, limits } = told;
  const { logger, environment, now, signal, config } = platform;
  const tellOf = async (faults: readonly string[], next?: string): Promise<void> => {
    if (signal?.aborted) return;
    await mkdir(config.state, { recursive: true, mode: 0o700 }).catch(() => undefined);
    await tell({
      alerts,
      observation: { subject, faults, ...(next ? { next } : {}), time: now() },
      setting: describeProduction(config),
      stateDirectories: [join(config.state, 'alerts')],
      environment,
      logger,
      ...(mayPing === undefined ? {} : { mayPing }),
      ...(limits ? { limits } : {}),
    });
  };
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    const { kind, message, next } = toFailure(error, 'Run it again with --verbose');
    if (kind !== 'usage') await tellOf(message.split('\n'), next);
    throw error;
  }
  await tellOf(told.listFaults?.(result) ?? []);
  return result;
}

/** What a verdict on an archive complains of. */
export function listVerdictFaults({ isSound, name, damage }: Verdict): string[] {
  return isSound ? [] : [`${name} is damaged`, ...damage.map(({ where, what }) => `${name}: ${where}: ${what}`)];
}

/** How alerts of production speak of it. */
export function describeProduction({ alerts, timezone }: Config): AlertSetting {
  return {
    language: alerts?.language ?? 'fr',
    timezone,
    host: hostname(),
    upkeepCommand: (verb) => `skills-vault vault ${verb}`,
  };
}
