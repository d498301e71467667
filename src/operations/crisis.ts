import { Failure } from '../logging/failure.ts';
import { formatTime } from '../logging/format-time.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../vault/vault-client.ts';
import { chooseProven, type ProvenArchive, type ProvenChoice } from './crisis/choose-proven.ts';
import { findHolders, type Holders } from './crisis/find-lost.ts';
import { gatherFacts } from './crisis/gather-facts.ts';
import type { Night } from './crisis/nights.ts';
import { describeUnread, listNights } from './crisis/read-nights.ts';
import type { LostPart } from './crisis/lost-part.ts';
import type { CrisisOptions } from './crisis/options.ts';
import type { CrisisScenario } from './crisis/scenario.ts';
import type { CrisisStep } from './crisis/step.ts';
import { listAccidentSteps } from './crisis/steps-accident.ts';
import { listAttackSteps, listLossSteps } from './crisis/steps-machine.ts';
import type { Unseen } from './crisis/unseen.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';

/** What is to be done, by whom, where, and from which archive. Times RFC 3339. */
export interface CrisisResult {
  scenario: CrisisScenario;
  since?: string;
  lost: LostPart[];
  /** Absent where the vault could not be asked, or holds none. */
  archive?: ProvenArchive;
  /** Scenario A: it holds something at every path that was lost; of a folder that may be a part. */
  holdsLost: boolean;
  /** Scenario B without a date: it was guessed from what stands out among the nights. */
  isGuess: boolean;
  passedOver: ProvenChoice['passedOver'];
  others: ArchiveSummary[];
  /** Scenario B: the archives around that date, oldest first. */
  nights: Night[];
  steps: CrisisStep[];
  unseen: Unseen[];
}

/**
 * Says what to do in a crisis. Changes nothing. Without a configuration or a vault that answers it still says what to type,
 * with the names left open.
 */
export async function assessCrisis(platform: Platform | undefined, options: CrisisOptions): Promise<CrisisResult> {
  const { scenario, since, lost } = options;
  const unseen: Unseen[] = [];
  const seen = platform ? await look(platform, options, unseen) : undefined;
  if (!platform) {
    unseen.push({
      what: 'configuration',
      why: 'aucune configuration ici (no continuity.yml)',
      next: 'Avec la clé de lecture et les clés d’hôte, les archives sont lues : --reader-key FICHIER --known-hosts FICHIER.',
    });
  }
  const facts = gatherFacts(platform, options, seen);
  const steps = { a: listAccidentSteps, b: listAttackSteps, c: listLossSteps }[scenario](facts);
  const { chosen, passedOver = [], others = [], nights = [], isGuess = false, holdsLost = false } = seen ?? {};
  return {
    scenario,
    ...(since ? { since: since.toISOString() } : {}),
    lost: [...lost],
    ...(chosen ? { archive: chosen } : {}),
    holdsLost,
    isGuess,
    passedOver,
    others,
    nights,
    steps,
    unseen,
  };
}

interface Seen extends ProvenChoice {
  nights: Night[];
  holdsLost: boolean;
  isGuess: boolean;
  lacksReader: boolean;
}

async function look(
  platform: Platform,
  { scenario, since, lost }: CrisisOptions,
  unseen: Unseen[],
): Promise<Seen | undefined> {
  const opened = await openEither(platform, unseen);
  if (!opened) return undefined;
  const { vault, status, isReader } = opened;
  try {
    const nights = scenario === 'b' ? await listNights(platform, vault, status, since, unseen) : [];
    const odd = since ? undefined : nights.find(({ marks }) => marks.length > 0);
    const holders = scenario === 'a' ? await seekHolders(platform, status, { lost, since }, unseen) : undefined;
    // The archive that was sealed at that very instant is meant as well.
    const before = holders
      ? new Date(holders.newest.getTime() + 1)
      : (since ?? (odd ? new Date(odd.sealed) : undefined));
    const choice = await chooseProven(vault, status, { logger: platform.logger, ...(before ? { before } : {}) });
    if (!choice.chosen) {
      const time = before ? ` scellée avant ${formatTime(before, platform.config.timezone)}` : '';
      const next =
        'Regarder toutes les archives : npm run -s continuity -- list. Une archive abîmée se restaure en partie.';
      unseen.push({ what: 'archive', why: `aucune archive saine${time} (no sound archive)`, next });
    }
    const lacksReader = !isReader || unseen.some(({ what }) => what === 'manifests');
    return {
      ...choice,
      nights,
      holdsLost: choice.chosen !== undefined && holders?.names.has(choice.chosen.name) === true,
      isGuess: scenario === 'b' && since === undefined,
      lacksReader,
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    unseen.push({ what: 'vault', why: error.message, next: error.next });
    return undefined;
  } finally {
    await vault.close();
  }
}

/** The archives that still hold what was lost; what is not known is said, and goes on. */
async function seekHolders(
  platform: Platform,
  status: VaultStatus,
  { lost, since }: { lost: readonly LostPart[]; since: Date | undefined },
  unseen: Unseen[],
): Promise<Holders | undefined> {
  const paths = lost.filter(({ kind }) => kind === 'path');
  if (paths.length === 0) return undefined;
  try {
    const holders = await findHolders(platform, status, paths, since);
    if (!holders) {
      const why = `aucune des dernières archives ne contient ce qui est perdu (none of the newest holds what was lost)`;
      unseen.push({ what: 'holder', why, next: 'Chercher dans toutes : la première commande ci-dessous (find).' });
    }
    return holders;
  } catch (error) {
    platform.signal?.throwIfAborted();
    unseen.push(describeUnread(error));
    return undefined;
  }
}

/** With the reader's key where it is at hand; else as production does, which shows less. */
async function openEither(
  platform: Platform,
  unseen: Unseen[],
): Promise<{ vault: VaultClient; status: VaultStatus; isReader: boolean } | undefined> {
  const failures: Failure[] = [];
  for (const role of ['reader', 'writer'] as const) {
    let vault: VaultClient | undefined;
    try {
      vault = await openVault(platform, role);
      return { vault, status: await vault.status(), isReader: role === 'reader' };
    } catch (error) {
      await vault?.close();
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      // A second key does not help where nobody answers.
      if (error.kind === 'vault' && !error.message.includes('does not accept the key')) break;
    }
  }
  const [first] = failures;
  if (first) unseen.push({ what: 'vault', why: first.message, next: first.next });
  return undefined;
}
