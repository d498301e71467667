import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest, Trigger } from '../archive/manifest.ts';
import { nightlyName, timedName } from '../config/archive-name.ts';
import type { Greeting, Receipt, VaultClient } from '../vault/vault-client.ts';
import type { BackupChanges } from './backup/describe-changes.ts';
import { findDatabases } from './backup/find-databases.ts';
import { makeArchive } from './backup/make-archive.ts';
import { startStackInspection } from './coverage/inspect-stack.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import type { StillHalted } from './services/resume-services.ts';
import { requireServices } from './take-over.ts';
import { withLock } from './with-lock.ts';

export interface BackupOptions {
  trigger: Trigger;
  /** Read every file again, whatever its times say. */
  rereadsAll?: boolean;
  /** File sources that may have lost most of their files. */
  allowShrink?: readonly string[];
  /** Do nothing where an archive was sealed within that time, by the vault's clock: a second trigger stands in for the first. */
  unlessNewerMs?: number;
}

/** Sizes in bytes. */
export interface BackupResult {
  archive: string;
  vault: string;
  /** True where tonight's archive had been sealed before: nothing was done. */
  alreadyThere: boolean;
  /** SHA-256 of the index: the archive's identity, the same on both sides. */
  index: string;
  sizeBytes: number;
  /** What the archive added to the vault. */
  storedBytes: number;
  sentBytes: number;
  readBytes: number;
  durationMs: number;
  isTamperProof: boolean;
  manifest?: Manifest;
  /** Since the archive that this one builds upon; absent on a first backup, and where nothing was done. */
  changes?: BackupChanges;
  /** What was odd this time. */
  warnings: string[];
  /** Standing conditions of the machines, the same every night: no reflink in the vault, an old pg_dump. */
  conditions: string[];
  /** Why services that were paused meanwhile do not go on; only of a safety backup: else it is a failure. */
  stillHalted?: StillHalted;
}

/**
 * Backs up everything that the configuration names into one sealed archive.
 * @throws Failure also where the archive is sealed, but services that were paused for it do not go on.
 */
export async function backup(platform: Platform, options: BackupOptions): Promise<BackupResult> {
  return await withLock(platform, async (runDirectory) => {
    const result = await backupUnderLock(platform, runDirectory, options);
    if (result.stillHalted) await requireServices(platform, result.stillHalted);
    return result;
  });
}

/** The same for whoever holds the platform's lock already. */
export async function backupUnderLock(
  platform: Platform,
  runDirectory: string,
  options: BackupOptions,
): Promise<BackupResult> {
  const begun = Date.now();
  const vault = await openVault(platform, 'writer');
  // The servers are asked while the connection to the vault comes up; what they say counts once the vault has answered.
  const found = findDatabases(platform, options.trigger === 'safety');
  found.catch(() => undefined);
  const stack = startStackInspection(platform);
  try {
    let { started, name, greeting } = await askForName(platform, vault, options);
    while (greeting.asked && options.trigger !== 'nightly') {
      // Another run of the same second: what changed since then is in no archive yet. The next second may be taken, too.
      await sleep(1000);
      ({ started, name, greeting } = await askForName(platform, vault, options));
    }
    const recent = findRecent(greeting, options.unlessNewerMs);
    if (recent && !greeting.asked) greeting = await vault.hello(recent);
    if (greeting.asked) {
      platform.logger.info(`${greeting.asked.name} is sealed already, since ${greeting.asked.sealed}: nothing to do.`);
      return {
        ...fromReceipt(vault, greeting, greeting.asked),
        alreadyThere: true,
        sentBytes: 0,
        readBytes: 0,
        durationMs: Date.now() - begun,
      };
    }
    const directory = join(runDirectory, 'archive');
    await mkdir(directory);
    const { receipt, ...made } = await makeArchive({
      platform,
      options,
      vault,
      found,
      stack: stack.report,
      greeting,
      name,
      started,
      directory,
    });
    return {
      ...fromReceipt(vault, greeting, receipt),
      ...made,
      alreadyThere: receipt.already,
      durationMs: Date.now() - begun,
    };
  } finally {
    // No program outlives the run.
    stack.stop();
    await stack.report;
    await found.then(({ targets }) => Promise.allSettled(targets.map(({ plan }) => plan))).catch(() => undefined);
    await vault.close();
  }
}

/** The newest archive, where it is young enough to stand for the one that was wanted. */
function findRecent({ newest, clock }: Greeting, withinMs: number | undefined): string | undefined {
  if (newest === undefined || withinMs === undefined) return undefined;
  return Date.parse(clock) - Date.parse(newest.sealed) < withinMs ? newest.name : undefined;
}

async function askForName(platform: Platform, vault: VaultClient, { trigger }: BackupOptions) {
  const started = platform.now();
  const { timezone } = platform.config;
  const name = trigger === 'nightly' ? nightlyName(started, timezone) : timedName(started, timezone);
  return { started, name, greeting: await vault.hello(name) };
}

function fromReceipt(vault: VaultClient, greeting: Greeting, receipt: Receipt) {
  return {
    archive: receipt.name,
    vault: vault.label,
    index: receipt.index,
    sizeBytes: receipt.sizeBytes,
    storedBytes: receipt.newBytes,
    isTamperProof: greeting.isProvisioned,
    warnings: greeting.warnings,
    conditions: greeting.conditions ?? [],
  };
}
