import { resolve } from 'node:path';
import { bech32 } from '@scure/base';
import { z } from 'zod';
import { account, mapping, path } from './fields.ts';

/** What goes into the archive besides data, so that a blank machine can be brought back: `docs/recovery-kit.md`. */
export interface RecoveryConfig {
  /** Public age keys that the secrets are encrypted to; without any they stay out. */
  readonly recipients: readonly string[];
  /** Plain files and folders besides those that are known by themselves; absolute. */
  readonly include: readonly string[];
  /** Secret files and folders besides those that are known by themselves; absolute. */
  readonly secrets: readonly string[];
  /** Volumes that are secrets as a whole, such as the certificates of the reverse proxy. */
  readonly secretVolumes: readonly string[];
}

const recipientForm = 'expected an age recipient: age1 and 58 further characters, as age-keygen prints it';
const recipient = z
  .string({ error: recipientForm })
  .superRefine((value, context) => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message });
    if (/AGE-SECRET-KEY-/i.test(value)) {
      complain(
        'expected the public half (age1…), and found a private key, which belongs on no server: ' +
          'take it out, make another with age-keygen, and write its public half here',
      );
    } else if (!isRecipient(value)) complain(recipientForm);
  })
  .meta({ pattern: '^age1[02-9ac-hj-np-z]{58}$' });

const paths = (expected: string) => z.array(path, { error: `expected a list of ${expected}` }).default([]);

export const recoverySchema = mapping({
  recipients: z
    .array(recipient, { error: 'expected a list of age recipients (age1…)' })
    .default([])
    .describe('Public age keys that secrets are encrypted to. Default: none, and the secrets stay out of the archive.'),
  include: paths('files and folders').describe(
    'Plain files and folders to add, relative to root. Compose files and this file are in it anyway.',
  ),
  secrets: paths('files and folders').describe(
    'Secret files and folders to add, relative to root. .env and the secrets of the compose file are in it anyway.',
  ),
  'secret-volumes': z
    .array(account, { error: 'expected a list of volumes' })
    .default([])
    .describe("Volumes that are secrets as a whole, such as the reverse proxy's certificates."),
});

/** Turns the checked text into settings; relative paths are those of `root`. */
export function resolveRecovery(checked: z.output<typeof recoverySchema>, root: string): RecoveryConfig {
  return {
    recipients: [...new Set(checked.recipients)],
    include: checked.include.map((each) => resolve(root, each)),
    secrets: checked.secrets.map((each) => resolve(root, each)),
    secretVolumes: checked['secret-volumes'],
  };
}

/** Whether a text is an X25519 recipient: 32 bytes, with a sum that shows slips of the pen. */
function isRecipient(value: string): boolean {
  if (value !== value.toLowerCase()) return false;
  const decoded = bech32.decodeUnsafe(value);
  return decoded?.prefix === 'age' && bech32.fromWordsUnsafe(decoded.words)?.length === 32;
}
