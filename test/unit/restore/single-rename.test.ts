import { expect, it } from '@jest/globals';
import { isSingleRename } from '../../../src/operations/restore/single-rename.ts';

const renamed = { renames: 1 };
/** Folders that get their times or modes back are no renames. */
const aligned = { renames: 0 };

it.each([
  ['one entry comes, goes, or gives way to another', [], [renamed], true],
  ['one comes, and folders of another source get their times', [], [aligned, renamed], true],
  ['nothing is renamed', [], [aligned], true],
  ['one comes in each of two sources', [], [renamed, renamed], false],
  ['one comes and one goes', [], [{ renames: 2 }], false],
  ['a database comes with it', ['app'], [renamed], false],
])('whether it is one rename at most is told where %s', (_what, databases, files, expected) => {
  expect(isSingleRename({ databases, files })).toBe(expected);
});
