import type { AlertsConfig } from '../config/alerts.ts';

const NOBODY = 'alerts: names neither mail nor a webhook: nobody is told when something is wrong';
const MATTERMOST_ALONE =
  'alerts: Mattermost is the only way to reach people, and it lives on production: with production down nobody is told';

/** What is to be said of the alerts of the vault's settings; empty where all is well. */
export function listVaultChannelWarnings(alerts: AlertsConfig | undefined): string[] {
  if (!alerts || (alerts.mail === undefined && alerts.webhooks.length === 0)) {
    return alerts && alerts.pings.length > 0 ? [`${NOBODY}, but for the services behind pings`] : [NOBODY];
  }
  const isIndependent = alerts.mail !== undefined || alerts.webhooks.some(({ kind }) => kind !== 'mattermost');
  return isIndependent || alerts.pings.length > 0 ? [] : [MATTERMOST_ALONE];
}
