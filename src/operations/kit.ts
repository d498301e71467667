import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ArchiveDamage } from '../archive/archive-damage.ts';
import { extractEntries } from '../archive/gnu-tar.ts';
import { KIT_FOLDER, KIT_SECRETS_NAME } from '../archive/layout.ts';
import type { KitRecord } from '../archive/manifest.ts';
import { Failure } from '../logging/failure.ts';
import type { OpenArchive } from './open-archive.ts';
import { refuseFilledFolder } from './extract.ts';
import { openSecrets } from './kit/open-secrets.ts';
import { readKit } from './kit/read-kit.ts';
import { readIdentities } from './kit/read-identities.ts';
import type { Platform } from './platform.ts';
import { withArchive } from './with-archive.ts';

export interface KitOptions {
  /** Name, date or `latest`. */
  archive: string;
  /** Empty, or not there yet. */
  directory: string;
  /** File with the private age key; without it the secrets stay encrypted. */
  identity?: string;
}

export interface KitResult {
  archive: string;
  /** Absolute; `files` in it is the platform's root, `host` the host's, `volumes` what volumes held. */
  directory: string;
  /** Plain files, and secret ones, that lie there now. */
  files: number;
  secrets: number;
  /**
   * `opened`: decrypted; `sealed`: they lie there as `secrets.tar.age`; `left-out`: the archive does not hold those that
   * there were, for want of recipients; `none`: there were none.
   */
  state: 'opened' | 'sealed' | 'left-out' | 'none';
  /** Public age keys that the secrets are encrypted for. */
  recipients: string[];
  fetchedBytes: number;
  notes: string[];
}

/** No kit's secrets are larger: they are decrypted in memory. */
const MAX_SEALED_BYTES = 128 * 1024 * 1024;

/**
 * Puts the recovery kit of an archive into an empty folder, which only its owner may enter. With the private key the
 * secrets are decrypted among the rest, in memory: a wrong key changes nothing.
 * @throws Failure `refused` where there is no kit, the folder is filled, or the key is another one.
 */
export async function extractKit(platform: Platform, options: KitOptions): Promise<KitResult> {
  const directory = resolve(options.directory);
  const identities = options.identity === undefined ? undefined : await readIdentities(options.identity);
  return await withArchive(platform, options.archive, async (archive) => {
    const { kit } = await archive.manifest();
    if (!kit) throw refuseWithoutKit(archive.name);
    await refuseFilledFolder(directory);
    const { name } = archive;
    const isHeld = Object.hasOwn(kit.entries, KIT_SECRETS_NAME);
    const sealed = identities && isHeld ? await readSealed(archive, kit) : undefined;
    const about = { archive: name, recipients: kit.recipients };
    const secrets = identities && sealed ? await openSecrets(sealed, identities, about) : undefined;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    const counts = { files: 0, secrets: 0 };
    const notes: string[] = [];
    const contents = {
      entries: archive.entries.bind(archive),
      secrets,
      note: (what: string) => void notes.push(what),
    };
    const entries = readKit(contents, (kind) => counts[kind]++);
    const extracted = await extractEntries({ entries, directory });
    return {
      archive: name,
      directory,
      ...counts,
      state: secrets ? 'opened' : nameState(kit, isHeld),
      recipients: kit.recipients,
      fetchedBytes: archive.fetchedBytes,
      notes: [...notes, ...extracted.notes],
    };
  });
}

/** What became of secrets that were not decrypted. */
function nameState({ secrets }: KitRecord, isHeld: boolean): KitResult['state'] {
  if (isHeld) return 'sealed';
  return secrets > 0 ? 'left-out' : 'none';
}

/** Where the encrypted secrets lie after a kit without its key. */
export function sealedPathIn(directory: string): string {
  return join(directory, KIT_SECRETS_NAME.slice(KIT_FOLDER.length));
}

async function readSealed(archive: OpenArchive, { entries }: KitRecord): Promise<Buffer> {
  const declared = entries[KIT_SECRETS_NAME]?.sizeBytes ?? 0;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of archive.content(KIT_SECRETS_NAME)) {
    bytes += piece.length;
    if (bytes > declared || bytes > MAX_SEALED_BYTES) {
      throw new ArchiveDamage(KIT_SECRETS_NAME, `it is larger than the ${declared} bytes of the manifest`);
    }
    pieces.push(piece);
  }
  if (bytes !== declared) throw new ArchiveDamage(KIT_SECRETS_NAME, `${bytes} bytes; the manifest says ${declared}`);
  return Buffer.concat(pieces);
}

function refuseWithoutKit(archive: string): Failure {
  const next =
    'Take a newer archive; the files that it lacks are in the repository, and with whoever keeps the passwords.';
  return new Failure('refused', `${archive} holds no recovery kit: it was made by an earlier version`, next);
}
