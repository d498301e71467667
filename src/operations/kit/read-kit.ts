import { EntryGuard, type SafeEntry } from '../../archive/entry-guard.ts';
import { pointsOutside, showName } from '../../archive/entry-names.ts';
import { isKitEntry, KIT_FOLDER, KIT_SECRETS_NAME } from '../../archive/layout.ts';
import { readSecrets } from './read-secrets.ts';

export interface KitContents {
  /** The archive's entries whose names are wanted. */
  entries: (wants: (name: Buffer) => boolean) => AsyncIterable<SafeEntry>;
  /** The decrypted secrets; without them the encrypted entry is passed on. */
  secrets: Buffer | undefined;
  note: (what: string) => void;
}

/**
 * All entries of a kit under their names in it, judged together, since what is decrypted joins what was plain; `count` is
 * told of every file.
 * @throws ArchiveDamage on what must not be extracted.
 */
export async function* readKit(
  { entries, secrets, note }: KitContents,
  count: (kind: 'files' | 'secrets') => void,
): AsyncGenerator<SafeEntry, void, undefined> {
  const guard = new EntryGuard();
  const isSealed = (name: Buffer): boolean => name.toString('latin1') === KIT_SECRETS_NAME;
  const wanted = entries((name) => isKitEntry(name.toString('latin1')) && !(secrets && isSealed(name)));
  for await (const entry of wanted) {
    const header = { ...entry.header, name: entry.header.name.subarray(KIT_FOLDER.length) };
    guard.admit(header);
    if (!staysInside(header, note)) continue;
    if (header.type === 'reg' && !isSealed(entry.header.name)) count('files');
    yield { ...entry, header };
  }
  if (!secrets) return;
  for await (const entry of readSecrets(secrets, guard)) {
    if (!staysInside(entry.header, note)) continue;
    if (entry.header.type === 'reg') count('secrets');
    yield entry;
  }
}

/** Symbolic links that lead out of the kit are left out, and told. */
function staysInside({ name, type, linkName }: SafeEntry['header'], note: KitContents['note']): boolean {
  const target = linkName ?? Buffer.alloc(0);
  if (type !== 'symlink' || !pointsOutside(name, target)) return true;
  note(`${showName(name)}: a link to ${showName(target)}, outside: left out`);
  return false;
}
