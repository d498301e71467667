import { Failure } from '../../logging/failure.ts';
import { isInContainer } from '../../system/container-path.ts';
import { OpenFolder } from '../../system/open-folder.ts';
import { locateFiles } from '../locate-files.ts';
import type { Platform } from '../platform.ts';
import { incomingPathOf, keptPathOf } from './own-paths.ts';

/** A restore or an undo, by its journal or its record. */
interface Run {
  id: string;
  undoes?: { id: string };
}

interface FolderOfRestore {
  source: string;
  root: string;
  kept: string;
  staged?: string;
  container?: string;
}

/**
 * Says where a folder that a restore noted down is now. Inside a container it is reached by the number of its first
 * program, which is another one when the container was started again. Undefined where the container was made anew: then
 * the folder went with the old one.
 * @throws Failure where the container does not run, or is no longer configured.
 */
export async function followContainer<Folder extends FolderOfRestore>(
  platform: Platform,
  run: Run,
  folder: Folder,
): Promise<Folder | undefined> {
  if (!isInContainer(folder.root)) return folder;
  const { files, file } = platform.config;
  const source = files.find(({ name }) => name === folder.source);
  if (source?.place.by !== 'service') {
    throw new Failure(
      'config',
      `an earlier restore concerns files.${folder.source} inside a container, which ${file} no longer has`,
      `Put files.${folder.source} back into it until that restore is finished or forgotten.`,
    );
  }
  const { path, container } = await locateFiles(platform, source);
  const topOf = (root: string): string => /^\/proc\/\d+\/root/.exec(root)?.[0] ?? '';
  const root = topOf(path) + folder.root.slice(topOf(folder.root).length);
  const kept = keptPathOf(root, run.id);
  // A volume without a name goes from container to container.
  const isSame = folder.container === undefined || container === folder.container;
  if (!isSame && !(await isThere(kept))) return undefined;
  return {
    ...folder,
    root,
    kept,
    ...(folder.staged === undefined ? {} : { staged: incomingPathOf(root, run) }),
  };
}

async function isThere(path: string): Promise<boolean> {
  const folder = await OpenFolder.open(Buffer.from(path));
  await folder?.close();
  return folder !== undefined;
}

/** The same for all of them; those that went with their container are said, and left out. */
export async function followContainers<Folder extends FolderOfRestore>(
  platform: Platform,
  run: Run & { files: readonly Folder[] },
): Promise<Folder[]> {
  const found: Folder[] = [];
  for (const folder of run.files) {
    const now = await followContainer(platform, run, folder);
    if (now) found.push(now);
    else {
      platform.logger.error(
        `The container of files.${folder.source} was made anew: its files, and what was staged beside them, went with ` +
          `the old one. Restore them again (--select ${folder.source}), and give them a volume.`,
      );
    }
  }
  return found;
}
