import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../logging/failure.ts';
import { surveyDump } from '../sources/postgres/survey-dump.ts';
import { openStore } from '../vault/store/layout.ts';
import { adopt, giveToKeeper, type AdoptResult } from '../vault/upkeep/adopt.ts';
import type { Platform } from './platform.ts';

/** No name of ours among them. */
const FORMER_NAMES = 'backup_full_????-??-??_??-??.tar.gz';

export interface AdoptOptions {
  /** Shows what would be taken over, and changes nothing. */
  isDryRun: boolean;
  /** Archives are read through by the first restore of each. */
  skipsSurvey: boolean;
}

/**
 * Takes over what the former script left in a vault that is a directory of this host and that nobody has provisioned:
 * its owner is its keeper.
 * @throws Failure `refused` where somebody else asks, or it is on another machine; `vault` where there is none.
 */
export async function adoptArchives(platform: Platform, { isDryRun, skipsSurvey }: AdoptOptions): Promise<AdoptResult> {
  const { config, logger, signal, now } = platform;
  const { vault, timezone } = config;
  if (vault.kind !== 'directory') {
    const next = 'On the backup server, as root: skills-vault vault adopt (docs/upkeep.md).';
    throw refuse(`the archives on ${vault.host} belong to its keeper`, next);
  }
  const directory = vault.path;
  const { uid, gid } = await lookAt(directory);
  // What is written here belongs to whoever writes it: whoever backs up could not go on with somebody else's ledger.
  if (uid !== process.geteuid?.()) {
    throw refuse(
      `the vault ${directory} belongs to the account ${uid}`,
      `Run it as that account; archives of others first: sudo chown -h ${uid}:${gid} ${directory}/${FORMER_NAMES}. ` +
        'Where it is the keeper of a provisioned vault: sudo skills-vault vault adopt.',
    );
  }
  if (!isDryRun && uid === 0) await giveToKeeper(directory, { timezone, owner: { uid, gid }, now: now() });
  return await adopt({
    store: await openStore({ directory }),
    settings: { timezone },
    logger,
    isDryRun,
    ...(skipsSurvey ? {} : { surveyDump }),
    ...(signal ? { signal } : {}),
  });
}

/** Whose vault it is: on a disk that belongs to somebody else, of whoever has the ledger. */
async function lookAt(directory: string): Promise<{ uid: number; gid: number }> {
  try {
    const root = await stat(directory);
    return await stat(join(directory, '.vault')).catch(() => root);
  } catch (error) {
    const next = 'Mount its disk, or correct vault: in the configuration.';
    throw new Failure('vault', `${directory} cannot be looked at: ${messageOf(error)}`, next, { cause: error });
  }
}

function refuse(why: string, next: string): Failure {
  return new Failure('refused', why, next);
}
