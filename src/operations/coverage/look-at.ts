import { statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { askGit } from '../../system/git.ts';
import type { Environment } from '../../system/run-command.ts';
import type { MountSurroundings } from './judge-mount.ts';

/** Files that keep an otherwise empty folder in git: what lies beside them is data. */
const placeholder = /(^|\/)(\.gitkeep|\.gitignore|\.keep|README(\.md)?)$/;

/** Looks at paths of a repository: what is a file, what git keeps. Outside of one, git keeps nothing. */
export async function openLook(directory: string, environment: Environment): Promise<MountSurroundings['lookAt']> {
  const tracked = (await askGit(directory, ['ls-files', '-z'], environment))?.split('\0').filter(Boolean) ?? [];
  const files = tracked.filter((path) => !placeholder.test(path));
  // What git ignores as well; a folder of which it keeps nothing is one line, however much lies in it.
  const listOthers = ['ls-files', '-z', '--others', '--directory', '--no-empty-directory'];
  const others = files.length === 0 ? [] : (await askGit(directory, listOthers, environment))?.split('\0');
  return (path) => {
    const inside = `${posix.normalize(path).replace(/\/$/, '')}/`;
    const isFile = statSync(resolve(directory, path), { throwIfNoEntry: false })?.isFile() === true;
    const trackedFiles = files.filter((file) => file.startsWith(inside)).length;
    // What cannot be listed is not taken for kept.
    const untracked = others ? others.find((other) => other.startsWith(inside)) : inside;
    return { isFile, trackedFiles, ...(untracked === undefined ? {} : { untracked }) };
  };
}
