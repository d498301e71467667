import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { EntryGuard, SafeEntry } from '../../archive/entry-guard.ts';
import { showName } from '../../archive/entry-names.ts';
import { KIT_PARTS } from '../../archive/layout.ts';
import { parseTar } from '../../archive/tar-parser.ts';

const SETUID_SETGID = 0o6000;
const PARTS: readonly string[] = Object.values(KIT_PARTS);

/**
 * The entries of the decrypted secrets. Whoever knows the public key can encrypt: they are read as strictly as an
 * archive, and lie below the kit's own folders. `guard` has seen what was extracted before.
 * @throws ArchiveDamage on what must not be extracted.
 */
export async function* readSecrets(tar: Buffer, guard: EntryGuard): AsyncGenerator<SafeEntry, void, undefined> {
  for await (const { header, body } of parseTar(inOnePiece(tar), { isForeign: false })) {
    guard.admit(header);
    const [part = ''] = header.name.toString('latin1').split('/', 1);
    if (!PARTS.includes(part)) throw new ArchiveDamage(showName(header.name), 'it is no part of a recovery kit');
    const mode = header.type === 'symlink' ? header.mode : header.mode & ~SETUID_SETGID;
    yield { header: { ...header, mode }, body };
  }
}

async function* inOnePiece(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield await Promise.resolve(bytes);
}
