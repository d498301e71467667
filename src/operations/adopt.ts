import { stat } from 'node:fs/promises';
import { Failure } from '../logging/failure.ts';
import { surveyDump } from '../sources/postgres/survey-dump.ts';
import { openStore } from '../vault/store/layout.ts';
import { adopt, giveToKeeper, type AdoptResult } from '../vault/upkeep/adopt.ts';
import type { Platform } from './platform.ts';

export interface AdoptOptions {
  /** Shows what would be taken over, and changes nothing. */
  isDryRun: boolean;
  /** Archives are read through by the first restore of each. */
  skipsSurvey: boolean;
}

/**
 * Takes over what the former script left in a vault that is a directory of this host and that nobody has provisioned:
 * whoever asks is its keeper.
 * @throws Failure `refused` where the vault has a keeper of its own, or is another machine.
 */
export async function adoptArchives(platform: Platform, { isDryRun, skipsSurvey }: AdoptOptions): Promise<AdoptResult> {
  const { config, logger, signal, now } = platform;
  const { vault, timezone } = config;
  if (vault.kind !== 'directory') throw refuse(`the archives on ${vault.host} belong to its keeper`);
  const directory = vault.path;
  const store = await openStore({ directory });
  if (store.isProvisioned) throw refuse(`the archives in ${directory} belong to its keeper`);
  if (!isDryRun && process.geteuid?.() === 0) {
    const { gid } = await stat(directory);
    await giveToKeeper(directory, { timezone, owner: { uid: 0, gid }, now: now() });
  }
  return await adopt({
    store,
    settings: { timezone },
    logger,
    isDryRun,
    ...(skipsSurvey ? {} : { surveyDump }),
    ...(signal ? { signal } : {}),
  });
}

function refuse(why: string): Failure {
  return new Failure('refused', why, 'On the backup server, as root: skills-vault vault adopt (docs/upkeep.md).');
}
