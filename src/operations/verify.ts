import { Failure } from '../logging/failure.ts';
import type { Verdict } from '../vault/vault-client.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';

export interface VerifyOptions {
  /** Name, date or `latest`. */
  archive: string;
  level: 'seal' | 'full';
}

/**
 * Has the vault prove an archive; no content leaves it.
 *
 * @throws Failure where the verdict is about another archive than the one that was asked for.
 */
export async function verify(platform: Platform, { archive, level }: VerifyOptions): Promise<Verdict> {
  const vault = await openVault(platform, 'writer');
  try {
    const { name } = resolveArchive(archive, await vault.status());
    platform.logger.phase(`Verify ${name}`);
    platform.logger.info(`Verifying ${name} (${level}) on ${vault.label}.`);
    const verdict = await vault.verify(name, level, (done, total) => {
      platform.logger.progress({ phase: `verify ${name}`, done, total, unit: 'bytes' });
    });
    if (verdict.name !== name || verdict.level !== level) {
      throw new Failure(
        'damaged',
        `${vault.label} was asked to verify ${name} (${level}) and answered about ${verdict.name} (${verdict.level})`,
        'Do not trust this verdict: look into the vault.',
      );
    }
    return verdict;
  } finally {
    await vault.close();
  }
}
