import type { Manifest } from '../../archive/manifest.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../../vault/vault-client.ts';
import { ArchiveReader } from '../archive-reader.ts';
import { IndexCache } from '../backup/base-index.ts';
import type { Platform } from '../platform.ts';
import { describeNight, pickNights, type Night } from './nights.ts';
import type { Unseen } from './unseen.ts';

const bringTheKey =
  'Il faut la clé de lecture : depuis son poste, ssh-add ~/.ssh/skills_restore puis ssh -A root@production ; ou --reader-key FICHIER.';

/** Whatever keeps the archives' content from being read, a state folder of root's among it, is said, and no reason to stop. */
export function describeUnread(error: unknown): Unseen {
  const isOurs = error instanceof Failure && error.kind !== 'failed';
  const next = isOurs
    ? bringTheKey
    : `En root, ou avec un dossier à soi : state: dans la configuration. ${bringTheKey}`;
  return { what: 'manifests', why: messageOf(error), next };
}

/** The archives around an instant, with their counts where the manifests can be read; `unseen` is told where not. */
export async function listNights(
  platform: Platform,
  vault: VaultClient,
  status: VaultStatus,
  since: Date | undefined,
  unseen: Unseen[],
): Promise<Night[]> {
  const picked = pickNights(status, since);
  const [oldest] = [...status.archives].sort((a, b) => (a.sealed < b.sealed ? -1 : 1));
  const cache = new IndexCache(platform.config.state);
  const nights: Night[] = [];
  let before: Manifest | undefined;
  for (const archive of picked) {
    const manifest = await readManifestOf(platform, archive, { vault, cache }, unseen);
    nights.push(describeNight(archive, archive.name === oldest?.name, manifest, before));
    before = manifest ?? before;
  }
  return nights;
}

async function readManifestOf(
  platform: Platform,
  archive: ArchiveSummary,
  { vault, cache }: { vault: VaultClient; cache: IndexCache },
  unseen: Unseen[],
): Promise<Manifest | undefined> {
  // One refusal is enough: the next archive would be refused as well.
  if (archive.fault !== undefined || unseen.some(({ what }) => what === 'manifests')) return undefined;
  try {
    return await (await ArchiveReader.open(vault, cache, archive)).manifest();
  } catch (error) {
    platform.signal?.throwIfAborted();
    if (error instanceof Failure && error.kind === 'damaged') return undefined;
    unseen.push(describeUnread(error));
    return undefined;
  }
}
