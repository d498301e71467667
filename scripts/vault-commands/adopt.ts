import { stat } from 'node:fs/promises';
import { renderAdopt } from '../../src/report/upkeep/adopt-report.ts';
import { findAccount } from '../../src/system/accounts.ts';
import type { VaultSettings } from '../../src/vault/settings/settings.ts';
import { adopt, giveToKeeper } from '../../src/vault/upkeep/adopt.ts';
import { surveyDump } from '../../src/sources/postgres/survey-dump.ts';
import { adoptOptions } from '../commands/adopt-options.ts';
import type { CommandDefinition } from '../commands/command.ts';
import type { VaultContext } from './context.ts';

export const adoptCommand: CommandDefinition<VaultContext> = {
  name: 'vault adopt',
  summary: 'Take over the archives of the former script; as root, so that they can be given to the keeper.',
  example: 'sudo skills-vault vault adopt --dry-run',
  options: adoptOptions,
  async run(context, _args, { dryRun, survey }) {
    const { logger, signal } = context;
    const isDryRun = dryRun === true;
    const settings = await context.loadSettings();
    if (!isDryRun && process.geteuid?.() === 0) await giveAsRoot(settings);
    const store = await context.openVault(settings);
    const result = await adopt({
      store,
      settings,
      logger,
      signal,
      isDryRun,
      ...(survey === false ? {} : { surveyDump }),
    });
    return { result, render: () => renderAdopt(result) };
  },
};

/** With the group of the vault's directory, as all its archives have. */
async function giveAsRoot({ directory, accounts, timezone }: VaultSettings): Promise<void> {
  const { uid } = await findAccount(accounts.keeper);
  const { gid } = await stat(directory);
  await giveToKeeper(directory, { timezone, owner: { uid, gid }, now: new Date() });
}
