import type { Manifest } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import type { ArchiveSummary, VaultClient, VaultStatus } from '../../vault/vault-client.ts';
import { ArchiveReader } from '../archive-reader.ts';
import { IndexCache } from '../backup/base-index.ts';
import type { CrisisResult } from '../crisis.ts';
import type { Platform } from '../platform.ts';
import { describeNight, pickNights, type Night } from './nights.ts';

export const bringTheKey =
  'Il faut la clé de lecture : depuis son poste, ssh-add ~/.ssh/skills_restore puis ssh -A root@production ; ou --reader-key FICHIER.';

/** The archives around an instant, with their counts where the manifests can be read; `unseen` is told where not. */
export async function listNights(
  platform: Platform,
  vault: VaultClient,
  status: VaultStatus,
  since: Date | undefined,
  unseen: CrisisResult['unseen'],
): Promise<Night[]> {
  const picked = pickNights(status, since);
  const [oldest] = [...status.archives].sort((a, b) => (a.sealed < b.sealed ? -1 : 1));
  const cache = new IndexCache(platform.config.state);
  const nights: Night[] = [];
  let before: Manifest | undefined;
  for (const archive of picked) {
    const manifest = await readManifestOf(archive, { vault, cache }, unseen);
    nights.push(describeNight(archive, archive.name === oldest?.name, manifest, before));
    before = manifest ?? before;
  }
  return nights;
}

async function readManifestOf(
  archive: ArchiveSummary,
  { vault, cache }: { vault: VaultClient; cache: IndexCache },
  unseen: CrisisResult['unseen'],
): Promise<Manifest | undefined> {
  // One refusal is enough: the next archive would be refused as well.
  if (archive.fault !== undefined || unseen.some(({ what }) => what === 'manifests')) return undefined;
  try {
    return await (await ArchiveReader.open(vault, cache, archive)).manifest();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.kind === 'damaged') return undefined;
    unseen.push({ what: 'manifests', why: error.message, next: bringTheKey });
    return undefined;
  }
}
