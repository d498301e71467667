import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Logger } from '../logging/logger.ts';
import type { VaultSettings } from '../vault/settings/settings.ts';
import type { Store } from '../vault/store/layout.ts';
import type { UpkeepRecord } from '../vault/vault-client.ts';
import type { DeliveryLimits } from './channel.ts';
import type { AlertSetting } from './compose.ts';
import { listVaultChannelWarnings } from './dependence.ts';
import { tell, type TellResult } from './tell.ts';

const PROGRAM = '/usr/local/lib/skills-vault/skills-vault';
const USUAL_SETTINGS = '/etc/skills-vault.yml';

export interface TellUpkeepOptions {
  /** How the run ended; one that broke off is a record too: `isFine: false` with the failure's message as its fault. */
  readonly record: UpkeepRecord;
  /** What the failure advises, where there was one. */
  readonly next?: string;
  readonly settings: VaultSettings;
  readonly store: Pick<Store, 'private'>;
  /** Where references to secrets are resolved: the environment of the command. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly limits?: DeliveryLimits;
}

/**
 * For the end of each upkeep command, after `recordUpkeep`: tells people of its faults and of their end, as `alerts:` of
 * the settings asks for it. Never rejects; undefined where the settings have no alerts.
 */
export async function tellUpkeep(options: TellUpkeepOptions): Promise<TellResult | undefined> {
  const { record, next, settings, store, environment, logger, limits } = options;
  if (record.verb === 'freshness' || record.verb === 'audit') {
    for (const warning of listVaultChannelWarnings(settings.alerts)) logger.warning(warning);
  }
  if (!settings.alerts) return undefined;
  return await tell({
    alerts: settings.alerts,
    observation: {
      subject: `vault.${record.verb}`,
      faults: record.isFine ? [] : record.faults.length > 0 ? record.faults : [record.summary],
      ...(next ? { next } : {}),
      time: new Date(record.time),
    },
    setting: describeVault(settings),
    // A volume that is full or not mounted is a fault that stands: it must not be told each hour for want of a place.
    stateDirectories: [join(store.private, 'alerts'), join(dirname(settings.log), 'alerts')],
    environment,
    logger,
    ...(limits ? { limits } : {}),
  });
}

/** How alerts of a vault speak of it. */
export function describeVault({ alerts, timezone, accounts, file }: VaultSettings): AlertSetting {
  const settings = file === USUAL_SETTINGS ? '' : ` --settings ${quoteWord(file)}`;
  return {
    language: alerts?.language ?? 'fr',
    timezone,
    host: hostname(),
    upkeepCommand: (verb) => `sudo -u ${accounts.keeper} ${PROGRAM} vault ${verb}${settings}`,
  };
}

/** A word that a shell reads as it is. */
function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
