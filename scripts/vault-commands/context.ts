import { loadVaultSettings } from '../../src/vault/settings/load.ts';
import type { VaultSettings } from '../../src/vault/settings/settings.ts';
import type { Store } from '../../src/vault/store/layout.ts';
import { openProvisionedStore } from '../../src/vault/store/open-provisioned.ts';
import type { BaseContext, CommandOption, OptionValues } from '../commands/command.ts';
import { becomeKeeper } from './become-keeper.ts';

/** What the commands of the vault's own side are given. */
export interface VaultContext extends BaseContext {
  /** Reads and checks the settings: `--settings`, else /etc/skills-vault.yml. */
  loadSettings(): Promise<VaultSettings>;
  /** Opens the vault as its keeper; from then on this process is the keeper's. */
  openVault(settings: VaultSettings): Promise<Store>;
}

/** Of every command of the vault. */
export const settingsOption: CommandOption = {
  flags: '--settings <file>',
  description: "the vault's settings",
  default: '/etc/skills-vault.yml',
};

/** Adds what commands of the vault need: its settings, and its store as the keeper. */
export function completeContext(base: BaseContext, values: OptionValues): VaultContext {
  return {
    ...base,
    loadSettings: () => loadVaultSettings(values['settings'] as string),
    async openVault(settings) {
      await becomeKeeper(settings.accounts.keeper);
      return await openProvisionedStore(settings);
    },
  };
}
