import { createHash } from 'node:crypto';
import type { ArchiveSummary } from '../../vault/vault-client.ts';
import type { Platform } from '../platform.ts';
import type { CataloguedArchive } from './catalogue-file.ts';

/**
 * What a catalogue calls archives of the vault: one of the same name that comes later has another identity. The time is
 * part of it, since archives are in its order; and of a foreign one, what the configuration makes of its names.
 */
export function identifyArchives({ config }: Platform): (archive: ArchiveSummary) => CataloguedArchive {
  const mapping = createHash('sha256').update(JSON.stringify(config.foreign)).digest('hex').slice(0, 16);
  return ({ name, index, sha256 = '', sealed }) => ({
    name,
    identity: `${sealed} ${index ?? `${sha256} ${mapping}`}`,
  });
}
