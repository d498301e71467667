import { userInfo } from 'node:os';
import { Failure } from '../../logging/failure.ts';
import { findAccount } from '../../system/accounts.ts';
import type { ServingSettings } from '../settings/serving.ts';
import { openStore, type Store, type StoreOptions } from './layout.ts';

/**
 * What the settings say about a store. Segments must belong to the writer's account; everything else is made by, and
 * belongs to, the keeper's, which must be the one that runs.
 * @throws Failure `config`
 */
export async function describeStore(settings: ServingSettings): Promise<StoreOptions> {
  const { directory, accounts, budgets, timezone } = settings;
  const { username } = userInfo();
  if (username !== accounts.keeper) {
    throw new Failure(
      'config',
      `the vault ${directory} belongs to the account ${accounts.keeper}, and this is ${username}`,
      `Run it as that account: sudo -u ${accounts.keeper} …`,
    );
  }
  const writer = await findAccount(accounts.writer);
  if (writer.uid === process.getuid?.()) {
    throw new Failure(
      'config',
      `the accounts ${accounts.writer} and ${accounts.keeper} are one: archives would not be safe from the uploader`,
      'Give the vault two accounts (infrastructure/vault/provision.sh).',
    );
  }
  return {
    directory,
    expectedUid: writer.uid,
    uploadGid: writer.gid,
    reserveBytes: budgets.reserveBytes,
    dailyLimits: { seals: budgets.sealsPerDay, newBytes: budgets.newBytesPerDay, timezone },
  };
}

/** Opens the vault of these settings, as its keeper. @throws Failure `config` */
export async function openProvisionedStore(settings: ServingSettings, now?: () => Date): Promise<Store> {
  return await openStore({ ...(await describeStore(settings)), ...(now ? { now } : {}) });
}
