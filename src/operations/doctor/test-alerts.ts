import { describeProduction } from '../../alerts/run-told.ts';
import { sendTestAlert } from '../../alerts/test-alert.ts';
import { exitCodes } from '../../logging/failure.ts';
import type { DoctorResult } from '../doctor.ts';
import type { Platform } from '../platform.ts';
import { checkAlerts } from './check-alerts.ts';
import { fine } from './finding.ts';

/** Sends a test alert through every channel of the configuration, and says of each whether it was taken. */
export async function testAlerts(platform: Platform): Promise<DoctorResult> {
  const { config, environment, now } = platform;
  const { alerts } = config;
  const findings = (await checkAlerts(platform)).filter(({ state }) => state !== 'ok');
  const deliveries = alerts
    ? await sendTestAlert({ alerts, setting: describeProduction(config), environment, now: now() })
    : [];
  for (const { channel, isDelivered, error = 'failed' } of deliveries) {
    findings.push(
      isDelivered
        ? fine('test alert', `${channel} has taken it: look whether it arrived`)
        : { subject: 'test alert', state: 'failed', message: `${channel}: ${error}` },
    );
  }
  const isReached = deliveries.length > 0 && deliveries.every(({ isDelivered }) => isDelivered);
  return { findings, exitCode: isReached ? exitCodes.ok : exitCodes.failed };
}
