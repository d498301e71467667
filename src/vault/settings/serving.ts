import type { VaultSettings } from './settings.ts';

/** What answering a request needs of the settings. */
export type ServingSettings = Pick<VaultSettings, 'directory' | 'accounts' | 'budgets' | 'timezone' | 'log'>;

/**
 * Reads what answering a request needs. @throws Failure `config`
 */
export async function loadServingSettings(path: string): Promise<ServingSettings> {
  const { loadVaultSettings } = await import(/* webpackMode: "eager" */ './load.ts');
  return await loadVaultSettings(path);
}
