import { realpath } from 'node:fs/promises';
import type { ComposeProject } from '../../sources/compose/project.ts';
import type { ProjectState } from '../../sources/compose/project-state.ts';

/** A compose file that containers run by, and that nothing here reads. */
export interface UnreadFile {
  /** One sentence: which file, and what that leaves out. */
  readonly message: string;
  /** What to do about it. */
  readonly next: string;
}

/**
 * Compose files that the project's running containers were made from, as their labels say, and that are not read: what
 * such a file adds is in no archive, and no restore stops it.
 */
export async function findUnread({ files }: ComposeProject, { containers }: ProjectState): Promise<UnreadFile[]> {
  const known = new Set(await Promise.all(files.map(follow)));
  const unread: UnreadFile[] = [];
  for (const file of new Set(containers.flatMap(({ composeFiles }) => composeFiles))) {
    if (known.has(await follow(file))) continue;
    unread.push({
      message: `containers run by ${file}, which is not read: what it adds is neither backed up nor stopped by a restore`,
      next:
        `Name it under compose: file:, with those that are read (${files.join(', ')}); ` +
        'or, where it is of the past, have the containers made anew: docker compose up --detach --force-recreate.',
    });
  }
  return unread;
}

/** The same file may be known by several paths. */
async function follow(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
