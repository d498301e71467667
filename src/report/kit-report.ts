import { KIT_SECRETS_NAME } from '../archive/layout.ts';
import type { KitRecord } from '../archive/manifest.ts';
import { countOf } from '../logging/quantity-text.ts';
import { sealedPathIn, type KitResult } from '../operations/kit.ts';

/** A public age key, short enough for a line and long enough to be told from others. */
export function shortenRecipient(recipient: string): string {
  return `${recipient.slice(0, 12)}…${recipient.slice(-4)}`;
}

/** One line on the recovery kit of a backup. */
export function tellKit({ entries, secrets, recipients }: KitRecord): string {
  const plain = Object.keys(entries).filter((name) => !name.endsWith('/') && name !== KIT_SECRETS_NAME).length;
  const files = countOf(plain, 'plain file');
  if (secrets === 0) return `Recovery kit: ${files}, no secrets.`;
  const known = countOf(secrets, 'secret');
  if (recipients.length > 0) {
    return `Recovery kit: ${files}, ${known} encrypted for ${recipients.map(shortenRecipient).join(', ')}.`;
  }
  return `Recovery kit: ${files}, WITHOUT the ${known} of the platform: no recovery recipients are named (doctor says how).`;
}

/** What was put into a folder, and how to go on. */
export function renderKit(result: KitResult): string {
  const { archive, directory, files, secrets, state, recipients, notes } = result;
  return [
    `${archive}: the recovery kit lies in ${directory}: ${countOf(files, 'plain file')}${secrets > 0 ? `, ${countOf(secrets, 'secret file')}` : ''}.`,
    '  files/    what belongs into the root of the platform',
    '  host/     what lies elsewhere on the host',
    '  volumes/  what belongs into volumes',
    ...notes.map((note) => `  ${note}`),
    ...tellState(state, directory, recipients),
  ].join('\n');
}

function tellState(state: KitResult['state'], directory: string, recipients: readonly string[]): string[] {
  switch (state) {
    case 'opened':
      return [
        'The secrets are among them, decrypted: keep the folder to yourself, and remove it when all is in place.',
      ];
    case 'sealed':
      return [
        `The secrets are still encrypted, for ${recipients.map(shortenRecipient).join(', ')}. With the private key, by hand:`,
        `  age -d -i KEYFILE ${sealedPathIn(directory)} | tar --extract --numeric-owner --preserve-permissions -C ${directory}`,
        'or run this again into another folder with --identity KEYFILE.',
      ];
    case 'left-out':
      return ['The secrets are NOT in this archive: no recovery recipients were named when it was made.'];
    case 'none':
      return [];
  }
}
