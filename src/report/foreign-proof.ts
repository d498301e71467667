import { countOf } from '../logging/quantity-text.ts';
import type { VerifyResult } from '../operations/verify.ts';

/** What a verification of an archive of the former script proves, and what nothing can: a sentence each. */
export function tellForeignProof(verdict: VerifyResult): string[] {
  const { name, level, isSound, cutElsewhere } = verdict;
  if (level !== 'full') return ["only its size was compared with the vault's ledger: --level full reads it"];
  const elsewhere = cutElsewhere ? [tellElsewhere(cutElsewhere)] : [];
  if (!isSound) {
    const byHand = `what is refused can be saved by hand, with care (fetch ${name})`;
    return [adviseForeign(verdict), byHand, ...elsewhere];
  }
  return [
    'proven: it is the file that was adopted (by the SHA-256 in the ledger), gzip and tar are whole to their ends, and every <date>/db/*.sql in it is a dump to its last line',
    ...elsewhere,
    'not proven: that it holds all that was there in its night, since the former script wrote no index',
    `restore ${name} --dry-run says what of it is configured here, how it differs from what is live, and what would be refused`,
  ];
}

function tellElsewhere({ count, first }: NonNullable<VerifyResult['cutElsewhere']>): string {
  const files = countOf(count, '.sql file');
  return `not judged: ${files} elsewhere, begun as a dump and not whole (first: ${first}): an upload, or a dump that foreign: names, which restore --dry-run judges`;
}

/** What to do about a damaged one. */
export function adviseForeign({ isAsAdopted, isDumpsOnly }: Pick<VerifyResult, 'isAsAdopted' | 'isDumpsOnly'>): string {
  if (isDumpsOnly)
    return 'it was so when it was adopted: all else in it can be restored (--select), these databases from another archive';
  if (isAsAdopted) return 'it was so when it was adopted, and nothing in it can be restored: restore another archive';
  return "look at the backup server's disk, and restore another archive";
}
