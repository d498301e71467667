import { readFile } from 'node:fs/promises';
import { publicHalf } from '../../archive/age.ts';
import { Failure, messageOf } from '../../logging/failure.ts';

export interface RecoveryIdentities {
  /** Private keys. Never in a message. */
  readonly keys: readonly string[];
  /** Their public halves, which may be shown. */
  readonly recipients: readonly string[];
}

/**
 * The private age keys in a file as age-keygen writes it: one a line, comments left aside.
 * @throws Failure `usage` where there are none; no message holds anything of the file.
 */
export async function readIdentities(path: string): Promise<RecoveryIdentities> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const message = `cannot read the recovery key: ${messageOf(error)}`;
    throw new Failure('usage', message, 'Name the file that age-keygen wrote: --identity FILE.', { cause: error });
  });
  if (/^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text)) {
    const next =
      'Open it first, onto a memory disk: age -d -o /dev/shm/recovery-key FILE; then name that file, and remove it afterwards.';
    throw new Failure('usage', `${path} is protected by a passphrase`, next);
  }
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const recipients = await Promise.all(keys.map(publicHalf)).catch(() => []);
  if (recipients.length > 0) return { keys, recipients };
  const next = 'Name the file that age-keygen wrote: it has a line that begins with AGE-SECRET-KEY-1.';
  throw new Failure('usage', `${path} holds no private age key`, next);
}
