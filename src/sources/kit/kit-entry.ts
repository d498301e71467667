import { relative, sep } from 'node:path';
import { KIT_PARTS } from '../../archive/layout.ts';

/** One file, folder or symbolic link of the recovery kit. */
export interface KitEntry {
  /** Name in the kit: `files/.env`; a folder's ends in `/`. */
  readonly name: Buffer;
  readonly type: 'dir' | 'reg' | 'symlink';
  /** Permission bits, 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  /** A symbolic link's target as stored. */
  readonly linkName?: Buffer;
  /** Empty for all but files. */
  readonly content: Buffer;
}

/** What the kit calls a path: by its place in the platform's root, or else by its whole path. */
export function nameInKit(path: string, root: string): string {
  const inside = relative(root, path);
  if (inside === '') return KIT_PARTS.root;
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`);
  return isOutside ? `${KIT_PARTS.host}${path}` : `${KIT_PARTS.root}/${inside}`;
}

/** What it calls a volume. */
export function nameVolumeInKit(volume: string): string {
  return `${KIT_PARTS.volume}/${volume}`;
}

const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|AGE-SECRET-KEY-1[0-9A-Z]/;
const environmentFile = /(^|\/)\.env(\.(?!example$|sample$|template$|dist$)[^/]*)?$/;

/** Whether a file is a secret by what it is called or holds, wherever somebody has put it. */
export function isSecretByLook({ name, content }: Pick<KitEntry, 'name' | 'content'>): boolean {
  return environmentFile.test(name.toString('utf8')) || privateKey.test(content.toString('latin1'));
}
