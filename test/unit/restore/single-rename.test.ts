import { expect, it } from '@jest/globals';
import { isSingleRename } from '../../../src/operations/restore/single-rename.ts';

const comes = { renames: 1, remove: 0 };
const goes = { renames: 0, remove: 1 };
/** Folders that get their times or modes back are no renames. */
const aligned = { renames: 0, remove: 0 };

it.each([
  ['one entry comes, or gives way to another', [], [comes], true],
  ['one goes', [], [goes], true],
  ['one comes, and folders of another source get their times', [], [aligned, comes], true],
  ['nothing is renamed', [], [aligned], true],
  ['one comes in each of two sources', [], [comes, comes], false],
  ['one comes and one goes', [], [comes, goes], false],
  ['a database comes with it', ['app'], [comes], false],
])('whether it is one rename at most is told where %s', (_what, databases, files, expected) => {
  expect(isSingleRename({ databases, files })).toBe(expected);
});
