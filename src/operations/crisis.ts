import type { Manifest } from '../archive/manifest.ts';
import { Failure } from '../logging/failure.ts';
import { formatTime } from '../logging/format-time.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../vault/vault-client.ts';
import { ArchiveReader } from './archive-reader.ts';
import { IndexCache } from './backup/base-index.ts';
import { chooseProven, type ProvenArchive, type ProvenChoice } from './crisis/choose-proven.ts';
import { describeNight, pickNights, type Night } from './crisis/nights.ts';
import type { LostPart } from './crisis/lost-part.ts';
import type { CrisisScenario } from './crisis/scenario.ts';
import { archivePattern, type CrisisStep, type StepFacts } from './crisis/step.ts';
import { listAccidentSteps } from './crisis/steps-accident.ts';
import { listAttackSteps, listLossSteps } from './crisis/steps-machine.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';

export interface CrisisOptions {
  scenario: CrisisScenario;
  /** Until when the data were good; absent: nobody knows. */
  since?: Date;
  /** Scenario A: what was lost; empty: everything, or nobody knows. */
  lost: readonly LostPart[];
  /** Folder of the toolkit on this machine. */
  clone: string;
  configWords: readonly string[];
  repository: string;
}

/** What is to be done, by whom, where, and from which archive. Times RFC 3339. */
export interface CrisisResult {
  scenario: CrisisScenario;
  since?: string;
  lost: LostPart[];
  /** Absent where the vault could not be asked, or holds none. */
  archive?: ProvenArchive;
  /** Scenario B without a date: it was guessed from what stands out among the nights. */
  isGuess: boolean;
  passedOver: ProvenChoice['passedOver'];
  others: ArchiveSummary[];
  /** Scenario B: the archives around that date, oldest first. */
  nights: Night[];
  steps: CrisisStep[];
  /** What could not be looked at, why, and what to do about it. */
  unseen: { what: 'configuration' | 'vault' | 'manifests' | 'archive'; why: string; next: string }[];
}

/**
 * Says what to do in a crisis. Changes nothing. Without a configuration or a vault that answers it still says what to type,
 * with the names left open.
 */
export async function assessCrisis(platform: Platform | undefined, options: CrisisOptions): Promise<CrisisResult> {
  const { scenario, since, lost } = options;
  const unseen: CrisisResult['unseen'] = [];
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
  const { chosen, passedOver = [], others = [], nights = [], isGuess = false } = seen ?? {};
  return {
    scenario,
    ...(since ? { since: since.toISOString() } : {}),
    lost: [...lost],
    ...(chosen ? { archive: chosen } : {}),
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
  isGuess: boolean;
  lacksReader: boolean;
}

async function look(
  platform: Platform,
  { scenario, since }: CrisisOptions,
  unseen: CrisisResult['unseen'],
): Promise<Seen | undefined> {
  const opened = await openEither(platform, unseen);
  if (!opened) return undefined;
  const { vault, status, isReader } = opened;
  try {
    const nights = scenario === 'b' ? await listNights(platform, vault, status, since, unseen) : [];
    const odd = since ? undefined : nights.find(({ marks }) => marks.length > 0);
    const before = since ?? (odd ? new Date(odd.sealed) : undefined);
    const choice = await chooseProven(vault, status, { logger: platform.logger, ...(before ? { before } : {}) });
    if (!choice.chosen) {
      const time = before ? ` scellée avant ${formatTime(before, platform.config.timezone)}` : '';
      const next =
        'Regarder toutes les archives : npm run -s continuity -- list. Une archive abîmée se restaure en partie.';
      unseen.push({ what: 'archive', why: `aucune archive saine${time} (no sound archive)`, next });
    }
    const lacksReader = !isReader || unseen.some(({ what }) => what === 'manifests');
    return { ...choice, nights, isGuess: scenario === 'b' && since === undefined, lacksReader };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    unseen.push({ what: 'vault', why: error.message, next: error.next });
    return undefined;
  } finally {
    await vault.close();
  }
}

/** With the reader's key where it is at hand; else as production does, which shows less. */
async function openEither(
  platform: Platform,
  unseen: CrisisResult['unseen'],
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

async function listNights(
  platform: Platform,
  vault: VaultClient,
  status: VaultStatus,
  since: Date | undefined,
  unseen: CrisisResult['unseen'],
): Promise<Night[]> {
  const picked = pickNights(status, since);
  const [oldest] = [...status.archives].sort((a, b) => (a.sealed < b.sealed ? -1 : 1));
  const cache = new IndexCache(platform.config.state);
  const nights: Night[] = [];
  let before: Manifest | undefined;
  for (const archive of picked) {
    const manifest = await readManifestOf(archive, { vault, cache }, unseen);
    nights.push(describeNight(archive, archive.name === oldest?.name, manifest, before));
    before = manifest ?? before;
  }
  return nights;
}

async function readManifestOf(
  archive: ArchiveSummary,
  { vault, cache }: { vault: VaultClient; cache: IndexCache },
  unseen: CrisisResult['unseen'],
): Promise<Manifest | undefined> {
  // One refusal is enough: the next archive would be refused as well.
  if (archive.fault !== undefined || unseen.some(({ what }) => what === 'manifests')) return undefined;
  try {
    return await (await ArchiveReader.open(vault, cache, archive)).manifest();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.kind === 'damaged') return undefined;
    const next =
      'Il faut la clé de lecture : depuis son poste, ssh-add ~/.ssh/skills_restore puis ssh -A root@production ; ou --reader-key FICHIER.';
    unseen.push({ what: 'manifests', why: error.message, next });
    return undefined;
  }
}

function gatherFacts(platform: Platform | undefined, options: CrisisOptions, seen: Seen | undefined): StepFacts {
  const { scenario, since, lost, clone, configWords, repository } = options;
  const config = platform?.config;
  return {
    scenario,
    archive: seen?.chosen?.name ?? archivePattern,
    ...(since ? { since: formatTime(since, config?.timezone ?? 'Europe/Paris').slice(0, 16) } : {}),
    lost,
    clone,
    configWords,
    vaultWords: config ? describeVault(config) : [],
    vaultHost:
      config?.vault.kind === 'ssh' ? config.vault.host : config ? config.vault.path : 'tc-portail, 172.16.95.98',
    lacksReader: seen?.lacksReader ?? true,
    repository,
  };
}

/** What recover.sh has to be told, because it is not what it takes by itself. */
function describeVault({ vault, file }: Platform['config']): string[] {
  if (vault.kind === 'directory') return ['--config', file];
  const usual = { host: '172.16.95.98', port: 4660, path: '/srv/tc-data/backups', user: 'skills-backup' };
  const words = (name: string, value: string | number, expected: string | number): string[] =>
    value === expected ? [] : [name, String(value)];
  return [
    ...words('--vault-host', vault.host, usual.host),
    ...words('--vault-port', vault.port, usual.port),
    ...words('--vault-path', vault.path, usual.path),
    ...words('--reader-user', vault.reader?.user ?? 'skills-restore', 'skills-restore'),
    ...words('--writer-user', vault.user, usual.user),
  ];
}
