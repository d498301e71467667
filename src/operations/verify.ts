import { Failure } from '../logging/failure.ts';
import { tellKnownDamage } from '../report/known-damage.ts';
import type { ArchiveSummary, VaultStatus, Verdict } from '../vault/vault-client.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';

export interface VerifyOptions {
  /** Name, date or `latest`. */
  archive: string;
  level: 'seal' | 'full';
}

/** The vault's verdict, and what it must not hide. */
export interface VerifyResult extends Verdict {
  /** The bad news that was recorded before, which this quick look has not taken back. */
  knownDamaged?: NonNullable<ArchiveSummary['verdict']>;
  /** Newer archives of ours that `latest` has passed over, because they are known as damaged; newest first. */
  newerDamaged?: Pick<ArchiveSummary, 'name' | 'verdict' | 'fault'>[];
}

/**
 * Has the vault prove an archive; no content leaves it.
 *
 * @throws Failure where the verdict is about another archive than the one that was asked for.
 */
export async function verify(platform: Platform, { archive, level }: VerifyOptions): Promise<VerifyResult> {
  const { logger, config } = platform;
  const vault = await openVault(platform, 'writer');
  try {
    const status = await vault.status();
    const asked = resolveArchive(archive, status);
    const { name } = asked;
    logger.phase(`Verify ${name}`);
    logger.info(`Verifying ${name} (${level}) on ${vault.label}.`);
    const verdict = await vault.verify(name, level, (done, total) => {
      logger.progress({ phase: `verify ${name}`, done, total, unit: 'bytes' });
    });
    if (verdict.name !== name || verdict.level !== level) {
      throw new Failure(
        'damaged',
        `${vault.label} was asked to verify ${name} (${level}) and answered about ${verdict.name} (${verdict.level})`,
        'Do not trust this verdict: look into the vault.',
      );
    }
    const newerDamaged = archive === 'latest' ? listNewerDamaged(asked, status) : [];
    const result = {
      ...verdict,
      ...(level === 'seal' && asked.verdict?.isSound === false ? { knownDamaged: asked.verdict } : {}),
      ...(newerDamaged.length > 0 ? { newerDamaged } : {}),
    };
    for (const sentence of tellKnownDamage(result, config.timezone)) logger.warning(sentence);
    return result;
  } finally {
    await vault.close();
  }
}

/** Archives of ours that were sealed after this one and are known as damaged, or are not on disk as sealed. */
function listNewerDamaged({ sealed }: ArchiveSummary, { archives }: VaultStatus) {
  return archives
    .filter((other) => !other.isForeign && other.sealed > sealed)
    .filter(({ fault, verdict }) => fault !== undefined || verdict?.isSound === false)
    .sort((a, b) => (a.sealed < b.sealed ? 1 : -1))
    .map(({ name, verdict, fault }) => ({
      name,
      ...(verdict ? { verdict } : {}),
      ...(fault === undefined ? {} : { fault }),
    }));
}
