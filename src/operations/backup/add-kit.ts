import { encryptFor } from '../../archive/age.ts';
import type { ArchiveBuilder } from '../../archive/archive-builder.ts';
import { KIT_FOLDER, KIT_SECRETS_NAME } from '../../archive/layout.ts';
import type { KitRecord } from '../../archive/manifest.ts';
import { writeTar } from '../../archive/write-tar.ts';
import type { KitEntry } from '../../sources/kit/kit-entry.ts';
import { collectKit } from '../kit/collect-kit.ts';
import type { Platform } from '../platform.ts';

/**
 * Adds the recovery kit to an archive: plain files by name, the secrets as one entry for the recipients, encrypted in
 * memory before anything of them is written anywhere.
 * @throws Failure on what cannot be read.
 */
export async function addKit(
  builder: ArchiveBuilder,
  platform: Platform,
  { mayBeMissing }: { mayBeMissing: boolean },
): Promise<{ record: KitRecord; warnings: string[] }> {
  const { plain, secrets, warnings } = await collectKit(platform, { mayBeMissing });
  const { recipients } = platform.config.recovery;
  const record: KitRecord = {
    entries: {},
    secrets: secrets.filter(({ type }) => type === 'reg').length,
    recipients: [...recipients],
  };
  for (const { content, ...entry } of plain) {
    const name = Buffer.concat([Buffer.from(KIT_FOLDER), entry.name]);
    const identity = { ...entry, name };
    await (entry.type === 'reg' ? builder.addText(identity, content) : builder.addBare(identity));
    record.entries[name.toString('utf8')] = { sizeBytes: content.length };
  }
  if (recipients.length > 0 && record.secrets > 0) {
    const tar = writeTar(secrets.map(describeSecret));
    const sealed = await encryptFor(recipients, tar);
    const name = Buffer.from(KIT_SECRETS_NAME);
    await builder.addText({ name, mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n }, sealed);
    record.entries[KIT_SECRETS_NAME] = { sizeBytes: sealed.length };
  }
  return { record, warnings };
}

/** With its time in whole seconds: fractions would double what every small secret takes, each night anew. */
function describeSecret({ content, mtimeNs, ...header }: KitEntry) {
  return { header: { ...header, mtimeNs: mtimeNs - (mtimeNs % 1_000_000_000n), size: 0 }, content };
}
