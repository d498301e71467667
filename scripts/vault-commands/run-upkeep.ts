import { tellUpkeep } from '../../src/alerts/tell-upkeep.ts';
import { toFailure, type FailureKind, exitCodes } from '../../src/logging/failure.ts';
import type { VaultSettings } from '../../src/vault/settings/settings.ts';
import type { Store } from '../../src/vault/store/layout.ts';
import { recordUpkeep } from '../../src/vault/upkeep/record.ts';
import type { UpkeepRecord } from '../../src/vault/vault-client.ts';
import type { CommandOutcome } from '../commands/command.ts';
import type { VaultContext } from './context.ts';

export interface UpkeepRun<Result extends UpkeepRecord> {
  verb: UpkeepRecord['verb'];
  /** What the exit code says where there are faults. */
  faultKind: FailureKind;
  /** Nothing was done: nobody is told, and nothing noted. */
  isDryRun?: boolean;
  /** Notes down by itself how it ended. */
  work: (opened: { settings: VaultSettings; store: Store }) => Promise<Result>;
  render: (result: Result, timezone: string) => string;
}

/** Runs one kind of upkeep, and tells of its faults, and of their end. One that breaks off is a fault too. */
export async function runUpkeep<Result extends UpkeepRecord>(
  context: VaultContext,
  { verb, faultKind, isDryRun = false, work, render }: UpkeepRun<Result>,
): Promise<CommandOutcome> {
  const settings = await context.loadSettings();
  let store: Store | undefined;
  try {
    store = await context.openVault(settings);
    const result = await work({ settings, store });
    if (!isDryRun) await tell(context, settings, result);
    const exitCode = result.isFine ? exitCodes.ok : exitCodes[faultKind];
    return { result, exitCode, render: () => render(result, settings.timezone) };
  } catch (error) {
    // Whoever stopped it knows.
    if (isDryRun || context.signal.aborted) throw error;
    const { kind, message, next } = toFailure(error, 'Run it again with --verbose');
    // Nobody but the keeper could know anything of the vault, or tell it.
    if (store === undefined && kind === 'refused') throw error;
    const time = new Date().toISOString();
    const record: UpkeepRecord = { verb, time, isFine: false, summary: `broke off: ${message}`, faults: [message] };
    if (store) await recordUpkeep(store, record).catch(() => {});
    await tell(context, settings, record, next);
    throw error;
  }
}

async function tell(
  { environment, logger }: VaultContext,
  settings: VaultSettings,
  record: UpkeepRecord,
  next?: string,
): Promise<void> {
  const store = { private: `${settings.directory}/.vault` };
  await tellUpkeep({ record, settings, store, environment, logger, ...(next ? { next } : {}) });
}
