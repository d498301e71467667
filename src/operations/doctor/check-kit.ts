import { countOf } from '../../logging/quantity-text.ts';
import { collectKit } from '../kit/collect-kit.ts';
import type { Platform } from '../platform.ts';
import { examine, fine, worry, type Finding } from './finding.ts';

const SUBJECT = 'recovery';

/** The recovery kit: whether all of it can be read, and whether its secrets go into the archive. */
export async function checkKit(platform: Pick<Platform, 'config' | 'environment'>): Promise<Finding[]> {
  return await examine(SUBJECT, async () => {
    const { recipients } = platform.config.recovery;
    const { plain, secrets, warnings } = await collectKit(platform, { mayBeMissing: false });
    const count = (entries: readonly { type: string }[]) => entries.filter(({ type }) => type === 'reg').length;
    const files = countOf(count(plain), 'plain file');
    const known = count(secrets);
    const odd = warnings.map((warning) => worry(SUBJECT, warning.replace(/^recovery kit: /, '')));
    if (recipients.length > 0) {
      const what = `${files} and ${countOf(known, 'secret')}, encrypted for ${countOf(recipients.length, 'recipient')}`;
      return [fine(SUBJECT, what), ...odd];
    }
    return [
      worry(
        SUBJECT,
        `no recovery recipients: the secrets that a restore needs (${countOf(known, 'file')} found) are in no archive`,
        'On a computer that is no server: age-keygen -o recovery-key.txt (package age). Keep that file offline, in two ' +
          'places; write what it says behind "public key:" into continuity.yml: recovery: { recipients: [age1…] }.',
      ),
      ...odd,
    ];
  });
}
