import { Failure } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import type { ArchiveSummary, Verdict, VaultClient, VaultStatus } from '../../vault/vault-client.ts';
import { listCandidates } from '../recover/choose-archive.ts';

/** An archive that a verification found sound. Times RFC 3339 by the vault's clock. */
export interface ProvenArchive {
  name: string;
  sealed: string;
  sizeBytes: number;
  proof: {
    /** `full`: every byte was read; `seal`: size, index and manifest. */
    level: Verdict['level'];
    time: string;
    /** The vault was asked just now, since nobody had before. */
    isNew: boolean;
  };
}

export interface ProvenChoice {
  chosen?: ProvenArchive;
  /** Newer ones, or ones of the right time, that were passed over, and why; newest first. */
  passedOver: { name: string; why: 'damaged' | 'missing' | 'unproven' }[];
  /** Older ones that would do as well, newest first. */
  others: ArchiveSummary[];
}

/**
 * The newest archive of ours that is proven, of those sealed before an instant. The newest counts more than the depth of
 * its proof: a restore checks every byte again anyhow, and a week of work is not given up for a deeper verdict. One that
 * nobody verified is looked at now, which takes the vault seconds.
 */
export async function chooseProven(
  vault: VaultClient,
  status: VaultStatus,
  { before, logger }: { before?: Date; logger: Logger },
): Promise<ProvenChoice> {
  const candidates = listCandidates(status, before);
  const passedOver: ProvenChoice['passedOver'] = listUnfit(status, before);
  for (const [place, { name, sealed, sizeBytes, verdict }] of candidates.entries()) {
    const proof = verdict ? { ...verdict, isNew: false } : await prove(vault, name, logger);
    if (proof?.isSound) {
      const { level, time, isNew } = proof;
      const newer = passedOver.filter((each) => sealedOf(status, each.name) > sealed);
      return {
        chosen: { name, sealed, sizeBytes, proof: { level, time, isNew } },
        passedOver: newer,
        others: candidates.slice(place + 1),
      };
    }
    passedOver.push({ name, why: proof ? 'damaged' : 'unproven' });
  }
  return { passedOver, others: [] };
}

function listUnfit({ archives }: VaultStatus, before: Date | undefined): ProvenChoice['passedOver'] {
  return archives
    .filter(({ isForeign, trigger }) => !isForeign && trigger !== 'safety')
    .filter(({ sealed }) => before === undefined || Date.parse(sealed) < before.getTime())
    .filter(({ fault, verdict }) => fault !== undefined || verdict?.isSound === false)
    .sort((a, b) => (a.sealed < b.sealed ? 1 : -1))
    .map(({ name, fault }) => ({ name, why: fault === undefined ? 'damaged' : 'missing' }));
}

function sealedOf({ archives }: VaultStatus, name: string): string {
  return archives.find((archive) => archive.name === name)?.sealed ?? '';
}

async function prove(
  vault: VaultClient,
  name: string,
  logger: Logger,
): Promise<{ isSound: boolean; level: Verdict['level']; time: string; isNew: boolean } | undefined> {
  try {
    const { isSound, level, time } = await vault.verify(name, 'seal');
    return { isSound, level, time, isNew: true };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    logger.warning(`${name}: ${error.message}`);
    return undefined;
  }
}
