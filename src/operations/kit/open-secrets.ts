import { decryptWith } from '../../archive/age.ts';
import { KIT_SECRETS_NAME } from '../../archive/layout.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import type { RecoveryIdentities } from './read-identities.ts';

/**
 * Decrypts the secrets of a kit into memory.
 * @throws Failure `refused` where the key is another one, `damaged` where no key can open them.
 */
export async function openSecrets(
  sealed: Buffer,
  identities: RecoveryIdentities,
  { archive, recipients }: { archive: string; recipients: readonly string[] },
): Promise<Buffer> {
  let opened: Buffer | undefined;
  try {
    opened = await decryptWith(identities.keys, sealed);
  } catch (error) {
    const next = `Verify ${archive}, and take the kit of another archive.`;
    throw new Failure('damaged', `${archive}: ${KIT_SECRETS_NAME} cannot be decrypted: ${messageOf(error)}`, next);
  }
  if (opened) return opened;
  throw new Failure(
    'refused',
    `the secrets of ${archive} are not encrypted for this key (${identities.recipients.join(', ')})`,
    `They are for ${recipients.join(' and ')}: name the file with the private half of one of these.`,
  );
}
