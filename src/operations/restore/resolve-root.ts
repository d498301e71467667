import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { isInContainer } from '../../system/container-path.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import { resolveFolder } from '../../system/resolve-folder.ts';

/** Where a source's folder is. */
export interface ResolvedRoot {
  /** The real path that the folder has, or will have when it is made. */
  root: string;
  isNew: boolean;
  /** The folder, or the nearest one above that exists. */
  existing: string;
}

/**
 * Follows links as far as there is something; changes nothing. Inside a container none is followed, and nothing above
 * the container's own root is looked at.
 * @throws Failure `refused` where a link, or a file, is in the way in there.
 */
export async function resolveRoot(path: string): Promise<ResolvedRoot> {
  const absolute = resolve(path);
  try {
    const root = await resolveFolder(absolute);
    return { root, isNew: false, existing: root };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(absolute) === absolute) throw error;
    const { root, isNew, existing } = await resolveRoot(dirname(absolute));
    if (!isNew && isInContainer(root)) await refuseLink(root, basename(absolute));
    return { root: join(root, basename(absolute)), isNew: true, existing };
  }
}

/** What is there and could not be opened as a folder is none: nothing is made in its place. */
async function refuseLink(root: string, name: string): Promise<void> {
  const folder = await OpenFolder.open(Buffer.from(root));
  if (!folder) return;
  const found = await folder.look(Buffer.from(name)).finally(() => folder.close());
  if (!found) return;
  throw new Failure(
    'refused',
    `${join(root, name)} is ${found.isSymbolicLink() ? 'a symbolic link' : 'no folder'} in its container`,
    'Name the real path of the folder in continuity.yml (path beside service), or move that entry away.',
  );
}
