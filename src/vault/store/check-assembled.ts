import { chown, stat } from 'node:fs/promises';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { MANIFEST_NAME } from '../../archive/layout.ts';
import type { Manifest } from '../../archive/manifest.ts';
import { readManifest } from '../../archive/read-manifest.ts';
import { Failure } from '../../logging/failure.ts';
import { openArchiveAt } from './archive-file.ts';
import type { Store } from './layout.ts';
import type { Plan } from './plan.ts';

/** Looks at the new file as any reader would: footer, and the manifest out of its extents. */
export async function checkAssembled(path: string, name: string, plan: Plan, sizeBytes: number): Promise<Manifest> {
  const file = await openArchiveAt(path, name);
  try {
    const indexOffset = await file.readIndexOffset();
    if (file.sizeBytes !== sizeBytes || indexOffset !== plan.extents.endOffset) {
      throw new Failure(
        'vault',
        `${name} was not written as it should be`,
        'Look at the disk of the backup server (dmesg).',
      );
    }
    const manifest = await readManifest(file, plan.manifestExtents);
    if (manifest.name === name) return manifest;
    throw new ArchiveDamage(MANIFEST_NAME, `it is that of ${JSON.stringify(manifest.name).slice(0, 60)}`);
  } finally {
    await file.close();
  }
}

/** Lets the group of the vault's directory read the archive: operators, where the keeper is one of them. */
export async function giveToGroup(store: Store, path: string): Promise<void> {
  if (!store.isProvisioned) return;
  const { gid } = await stat(store.directory);
  if (gid !== process.getegid?.() && process.getgroups?.().includes(gid))
    await chown(path, process.geteuid?.() ?? 0, gid);
}
