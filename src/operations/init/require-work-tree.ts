import { realpath } from 'node:fs/promises';
import { Failure } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import { askGit } from './adoption/git.ts';
import { readRepositoryFile } from './adoption/repository-file.ts';

/** Name of the toolkit's own package. */
const toolkitPackage = 'skills-hub-continuity';

/**
 * The top folder of the git work tree that `directory` is, without links in its path.
 * @throws Failure `usage` in the toolkit itself, in no work tree, or not at its top.
 */
export async function requireWorkTree(directory: string, environment: Environment): Promise<string> {
  const place = await realpath(directory);
  const top = await askGit(place, ['rev-parse', '--show-toplevel'], environment);
  if (top === undefined || top === '') {
    throw new Failure(
      'usage',
      `${place} is no git work tree, or git is not here`,
      "Run init at the top of the application's repository; git init makes one.",
    );
  }
  if ((await realpath(top)) !== place) {
    throw new Failure('usage', `${place} is not the top of its repository`, `Run it there: cd ${top}`);
  }
  if (await isToolkit(place)) {
    throw new Failure(
      'usage',
      'this is the toolkit itself: its workflows and scripts are there already',
      "Run init in the application's repository, or see docs/adoption.md for using this one as operations repository.",
    );
  }
  return place;
}

async function isToolkit(place: string): Promise<boolean> {
  try {
    const content = await readRepositoryFile(place, 'package.json');
    return content !== undefined && (JSON.parse(content.toString()) as { name?: unknown }).name === toolkitPackage;
  } catch {
    // Whatever is wrong with it is said where it is edited.
    return false;
  }
}
