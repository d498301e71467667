import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { followLinks } from '../../../src/operations/dev/follow-links.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'links-')));
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const link = (name: string, target: string) => symlinkSync(target, join(folder, name));
const follow = (path: string) => followLinks(join(folder, path));

describe('where a path leads', () => {
  it('is the path itself without links, there or not', () => {
    expect(follow('deep/er')).toBe(join(folder, 'deep/er'));
    expect(follow('deep/none/x')).toBe(join(folder, 'deep/none/x'));
    expect(followLinks('/')).toBe('/');
  });

  it('is the end of every link', () => {
    link('a', 'b/er');
    link('b', 'deep');
    expect(follow('a/file')).toBe(join(folder, 'deep/er/file'));
  });

  it('is outside also where nothing is there yet, or this account may not look', () => {
    link('none', '/nowhere/at-all');
    expect(follow('none/x')).toBe('/nowhere/at-all/x');
  });

  it('counts .. in a link from where the link before it leads', () => {
    link('far', '/nowhere/at-all');
    link('back', 'far/../secret');
    expect(follow('back')).toBe('/nowhere/secret');
  });

  it("is nobody's where links go in a circle", () => {
    link('x', 'y');
    link('y', 'x');
    expect(follow('x')).toBe('/');
  });
});
