import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';

/** Encrypts for public age keys (`age1…`), in memory; every one of them opens it. Other bytes each time. */
export async function encryptFor(recipients: readonly string[], content: Uint8Array): Promise<Buffer> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return asBuffer(await encrypter.encrypt(content));
}

/**
 * What private age keys (`AGE-SECRET-KEY-1…`) open; undefined where it was not encrypted for any of them.
 * @throws Error where it is damaged.
 */
export async function decryptWith(identities: readonly string[], sealed: Uint8Array): Promise<Buffer | undefined> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return asBuffer(await decrypter.decrypt(sealed));
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no identity matched')) return undefined;
    throw error;
  }
}

/** The public half of a private age key. @throws Error where it is none. */
export async function publicHalf(identity: string): Promise<string> {
  return await identityToRecipient(identity);
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
