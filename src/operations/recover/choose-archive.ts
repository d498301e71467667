import { Failure } from '../../logging/failure.ts';
import { formatTime } from '../../logging/format-time.ts';
import type { ArchiveSummary, VaultClient, VaultStatus, Verdict } from '../../vault/vault-client.ts';
import type { Platform } from '../platform.ts';
import { isTrusted, resolveArchive } from '../resolve-archive.ts';

export interface ArchiveChoice {
  /** Name, date or `latest`; absent: `latest`, or what `ask` answers. */
  archive?: string;
  /** Only what the vault sealed before this instant; archives of later nights may hold the attacker's work. */
  before?: Date;
  /** Have the vault read the whole archive, also where it did so before. */
  level: 'seal' | 'full';
  /** Shows the candidates to a person, newest first; its answer is a name. */
  ask?: (candidates: readonly ArchiveSummary[]) => Promise<string>;
}

/** Archives that a recovery may choose from by itself, newest first. */
export function listCandidates(status: VaultStatus, before?: Date): ArchiveSummary[] {
  return status.archives
    .filter((archive) => archive.fault === undefined && archive.index !== undefined && isTrusted(archive))
    .filter(({ sealed }) => before === undefined || Date.parse(sealed) < before.getTime())
    .sort((a, b) => (a.sealed < b.sealed ? 1 : -1));
}

/** Archives of ours that are newer than the newest healthy one, and why nobody should miss them. */
function listPassedOver(status: VaultStatus, newest: ArchiveSummary | undefined, before?: Date): ArchiveSummary[] {
  return status.archives
    .filter(({ isForeign, trigger }) => !isForeign && trigger !== 'safety')
    .filter(({ fault, verdict }) => fault !== undefined || verdict?.isSound === false)
    .filter(({ sealed }) => before === undefined || Date.parse(sealed) < before.getTime())
    .filter(({ sealed }) => newest === undefined || sealed > newest.sealed);
}

/**
 * Chooses an archive and has the vault prove it, before anything is started. Where nobody named one, a damaged archive is
 * passed over for the next older one; one that was named is refused.
 * @throws Failure `usage` where there is none, `damaged` where the named one is.
 */
export async function chooseArchive(
  platform: Pick<Platform, 'logger' | 'config'>,
  vault: VaultClient,
  choice: ArchiveChoice,
): Promise<ArchiveSummary> {
  const { logger, config } = platform;
  const status = await vault.status();
  const request = choice.archive ?? 'latest';
  if (request !== 'latest') {
    const named = resolveArchive(request, status);
    refuseForeign(named);
    refuseLater(named, choice.before, config.timezone);
    await prove(platform, vault, named, choice.level);
    return named;
  }
  const candidates = listCandidates(status, choice.before);
  for (const { name, fault } of listPassedOver(status, candidates[0], choice.before)) {
    logger.warning(`${name} is passed over: ${fault ?? 'a verification found it damaged'}.`);
  }
  if (candidates.length > 0 && choice.ask) {
    const answer = await choice.ask(candidates);
    const chosen = candidates.find(({ name }) => name === answer);
    if (!chosen) throw new Failure('usage', `"${answer.slice(0, 80)}" is none of these archives`, 'Run it again.');
    await prove(platform, vault, chosen, choice.level);
    return chosen;
  }
  for (const candidate of candidates) {
    try {
      await prove(platform, vault, candidate, choice.level);
      return candidate;
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'damaged') throw error;
      logger.warning(`${error.message}. Trying the next older archive.`);
    }
  }
  throw new Failure(
    'usage',
    `${vault.label} holds no healthy archive${choice.before ? ` sealed before ${formatTime(choice.before, config.timezone)}` : ''}`,
    'Nothing was started. continuity recover --list shows what there is; a damaged archive can be named, and what is whole in it restored with prod:restore.',
  );
}

async function prove(
  { logger, config }: Pick<Platform, 'logger' | 'config'>,
  vault: VaultClient,
  archive: ArchiveSummary,
  level: 'seal' | 'full',
): Promise<void> {
  const { name, sealed } = archive;
  logger.info(
    `Verifying ${name}, sealed ${formatTime(sealed, config.timezone)}, on ${vault.label} (${level === 'full' ? 'every byte' : 'size, index and manifest'}).`,
  );
  const verdict = await vault.verify(name, level, (done, total) => {
    logger.progress({ phase: 'verify', done, total, unit: 'bytes' });
  });
  refuseUnsound(verdict, archive);
}

function refuseUnsound(verdict: Verdict, { name, index, verdict: former }: ArchiveSummary): void {
  const isOther = verdict.name !== name || verdict.index !== index;
  // A quick look that finds nothing does not take back what a full one found.
  const isKnown = verdict.isSound && verdict.level === 'seal' && former?.isSound === false;
  if (verdict.isSound && !isOther && !isKnown) return;
  const [first] = verdict.damage;
  const what = isOther
    ? `the vault answered about ${verdict.name} with another index`
    : first
      ? `${first.where}: ${first.what}`
      : 'an earlier verification found it damaged';
  throw new Failure(
    'damaged',
    `${name} fails its verification: ${what}`,
    'Nothing was started. Choose an older archive (continuity recover --list), or let it choose by itself.',
  );
}

function refuseForeign({ name, index }: ArchiveSummary): void {
  if (index !== undefined) return;
  throw new Failure(
    'refused',
    `${name} was made by the team's former script: it has no index, and nothing in it can be proven`,
    `Nothing was started. Fetch it (continuity fetch ${name}) and unpack it with tar.`,
  );
}

function refuseLater({ name, sealed }: ArchiveSummary, before: Date | undefined, timezone: string): void {
  if (before === undefined || Date.parse(sealed) < before.getTime()) return;
  throw new Failure(
    'refused',
    `${name} was sealed ${formatTime(sealed, timezone)}, after ${formatTime(before, timezone)} (--before)`,
    'Nothing was started. Choose an older archive (continuity recover --list), or leave --before out.',
  );
}
