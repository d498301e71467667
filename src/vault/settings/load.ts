import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { resolveAlerts } from '../../config/alerts.ts';
import { checkYaml, readConfigFile, type FileForm } from '../../config/checked-yaml.ts';
import { parseDurationMs, parseSizeBytes } from '../../config/quantities.ts';
import { settingsSchema } from './schema.ts';
import type { VaultSettings } from './settings.ts';

const form: FileForm<typeof settingsSchema> = {
  schema: settingsSchema,
  ifUnreadable: 'Name the file with --settings FILE, or provision the vault (infrastructure/vault/provision.sh).',
  ifWrong: 'Correct the file as root; docs/vault.md shows every key.',
};

/**
 * Reads and checks the vault's own settings.
 * @throws Failure `config`, one line per fault, each with its place, its key and the expected form.
 */
export async function loadVaultSettings(path: string): Promise<VaultSettings> {
  const file = resolve(path);
  return resolveSettings(checkYaml(await readConfigFile(file, form), file, form).value, file);
}

function resolveSettings(text: z.output<typeof settingsSchema>, file: string): VaultSettings {
  const { directory, accounts, retention, budgets, scrub, freshness, sweep, timezone, alerts, log } = text;
  return {
    file,
    directory,
    accounts,
    retention: {
      days: retention.days,
      keepNewest: retention['keep-newest'],
      daysPerRun: retention['days-per-run'],
    },
    budgets: {
      incomingBytes: parseSizeBytes(budgets.incoming) ?? 0,
      incomingFiles: budgets['incoming-files'],
      reserveBytes: parseSizeBytes(budgets.reserve) ?? 0,
      sealsPerDay: budgets['seals-per-day'],
      newBytesPerDay: parseSizeBytes(budgets['new-bytes-per-day']) ?? 0,
    },
    scrub: { withinDays: scrub['within-days'] },
    freshness: { maximumAgeMs: parseDurationMs(freshness['maximum-age']) ?? 0 },
    sweep: { afterMs: parseDurationMs(sweep.after) ?? 0 },
    timezone,
    ...(alerts ? { alerts: resolveAlerts(alerts, dirname(file)) } : {}),
    log,
  };
}
