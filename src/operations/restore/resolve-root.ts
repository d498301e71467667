import { basename, dirname, join, resolve } from 'node:path';
import { resolveFolder } from '../../system/resolve-folder.ts';

/** Where a source's folder is. */
export interface ResolvedRoot {
  /** The real path that the folder has, or will have when it is made. */
  root: string;
  isNew: boolean;
  /** The folder, or the nearest one above that exists. */
  existing: string;
}

/** Follows links as far as there is something; changes nothing. */
export async function resolveRoot(path: string): Promise<ResolvedRoot> {
  const absolute = resolve(path);
  try {
    const root = await resolveFolder(absolute);
    return { root, isNew: false, existing: root };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(absolute) === absolute) throw error;
    const { root, existing } = await resolveRoot(dirname(absolute));
    return { root: join(root, basename(absolute)), isNew: true, existing };
  }
}
