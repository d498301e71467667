import type { VerifyResult } from '../operations/verify.ts';

/** What a verification of an archive of the former script proves, and what nothing can: a sentence each. */
export function tellForeignProof({ name, level, isSound }: VerifyResult): string[] {
  if (level !== 'full') return ["only its size was compared with the vault's ledger: --level full reads it"];
  if (!isSound) {
    return [
      'what is wrong with its digest, gzip or tar keeps all of it from being restored, a cut dump its database alone',
      `restore another archive, or save what can be saved by hand, with care (fetch ${name})`,
    ];
  }
  return [
    'proven: it is the file that was adopted (by the SHA-256 in the ledger), gzip and tar are whole to their ends, and so is every dump in it',
    'not proven: that it holds all that was there in its night, since the former script wrote no index',
    `restore ${name} --dry-run says what of it is configured here, how it differs from what is live, and what would be refused`,
  ];
}
