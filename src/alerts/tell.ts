import { messageOf } from '../logging/failure.ts';
import type { Logger } from '../logging/logger.ts';
import type { AlertsConfig } from '../config/alerts.ts';
import type { AlertEvent, Delivery, Observation } from './alert.ts';
import { usualLimits, type DeliveryLimits } from './channel.ts';
import { composeAlert, type AlertSetting } from './compose.ts';
import { deliver, openChannels } from './deliver.ts';
import { judge } from './judge.ts';
import { sendPings } from './ping.ts';
import { readState, writeState } from './state.ts';

export interface TellOptions {
  readonly alerts: AlertsConfig;
  readonly observation: Observation;
  readonly setting: AlertSetting;
  /** Where it is kept what was told: the first that takes it. Made where missing, unlike the folders above. */
  readonly stateDirectories: readonly string[];
  /** Where references to secrets are resolved. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** False where a success is not the one that a ping address waits for. Default: true. */
  readonly mayPing?: boolean;
  readonly limits?: DeliveryLimits;
}

export interface TellResult {
  /** `standing`: known, and told not long ago. */
  readonly verdict: Exclude<AlertEvent, 'test'> | 'standing' | 'fine';
  /** Some channel has taken it; false as well where nothing was to be told. */
  readonly isTold: boolean;
  readonly deliveries: readonly Delivery[];
  readonly pings: readonly Delivery[];
}

/**
 * Tells people what is to be told of an observation: a new fault, another one that came to it, one that still stands
 * after `repeatAfterMs`, and once that it is over. Where every channel failed, the next observation tries again. Never
 * rejects and changes no outcome: what did not work is a warning.
 */
export async function tell(options: TellOptions): Promise<TellResult> {
  const { logger } = options;
  const [told, pings] = await Promise.all([tellPeople(options), ping(options)]);
  for (const { channel, error } of [...told.deliveries, ...pings].filter(({ isDelivered }) => !isDelivered)) {
    logger.warning(`alert by ${channel}: ${error ?? 'failed'}`);
  }
  const attempts = told.deliveries.length;
  if (told.isTold) logger.info(`Told of ${options.observation.subject} (${told.verdict}).`);
  else if (attempts > 0) logger.warning('nobody could be told: the next run tries again');
  return { ...told, pings };
}

async function tellPeople(options: TellOptions): Promise<Omit<TellResult, 'pings'>> {
  const { alerts, observation, setting, stateDirectories, environment, logger, limits = usualLimits } = options;
  const { subject, faults, time } = observation;
  const channels = openChannels(alerts, environment);
  if (channels.length === 0) return { verdict: faults.length > 0 ? 'standing' : 'fine', isTold: false, deliveries: [] };
  const known = await readState(stateDirectories, subject);
  const judgement = judge(known, faults, time, alerts.repeatAfterMs);
  const keep = async (state: Parameters<typeof writeState>[2]): Promise<void> => {
    try {
      await writeState(stateDirectories, subject, state);
    } catch (error) {
      logger.warning(`what was told of ${subject} cannot be noted down: ${messageOf(error)}; it will be told again`);
    }
  };
  const { verdict } = judgement;
  if (verdict === 'fine') {
    if (known !== undefined) await keep(undefined);
    return { verdict, isTold: false, deliveries: [] };
  }
  if (verdict === 'standing') {
    await keep(judgement.state);
    return { verdict, isTold: false, deliveries: [] };
  }
  const alert = composeAlert(setting, observation, { event: verdict, since: judgement.since });
  const deliveries = await deliver(channels, alert, limits);
  const isTold = deliveries.some(({ isDelivered }) => isDelivered);
  // A recovery that nobody took stays to be told: the fault is kept as it is.
  if (verdict === 'recovery') {
    if (isTold) await keep(undefined);
  } else {
    await keep(isTold ? judgement.ifTold : judgement.state);
  }
  return { verdict, isTold, deliveries };
}

async function ping({ alerts, observation, environment, mayPing = true, limits }: TellOptions): Promise<Delivery[]> {
  if (!mayPing) return [];
  const { subject, faults } = observation;
  return await sendPings(alerts, { subject, isFine: faults.length === 0 }, environment, limits ?? usualLimits);
}
