import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makePrivateDirectory, removePrivateDirectory } from '../../../actions/frame/private-directory.ts';

let runnerTemp: string;
beforeEach(() => void (runnerTemp = mkdtempSync(join(tmpdir(), 'continuity-runner-'))));
afterEach(() => rmSync(runnerTemp, { recursive: true, force: true }));

/** A directory as a run of this number would have left it, with a key in it. */
function leave(pid: number): string {
  const path = join(runnerTemp, `continuity-${pid}-abcDEF`);
  mkdirSync(join(path, 'continuity-x'), { recursive: true });
  writeFileSync(join(path, 'continuity-x', 'ssh-key'), 'key', { mode: 0o600 });
  return path;
}

function findDeadPid(): number {
  return spawnSync('true').pid;
}

describe('the directory for keys', () => {
  it('lies below the temporary one of the runner, is for this user alone, and names this program', () => {
    const path = makePrivateDirectory(runnerTemp);
    expect(basename(path)).toMatch(new RegExp(`^continuity-${process.pid}-[A-Za-z0-9]{6}$`));
    expect(statSync(path).mode & 0o777).toBe(0o700);
    removePrivateDirectory(path, runnerTemp);
    expect(readdirSync(runnerTemp)).toEqual([]);
  });

  it('of a dead run is removed, of a living one kept', () => {
    const dead = leave(findDeadPid());
    const living = leave(process.ppid);
    makePrivateDirectory(runnerTemp);
    expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
  });

  it('is the only thing that is removed', () => {
    const others = ['other', `continuity-${findDeadPid()}-abcDEF0`, 'continuity-0-abcDEF', 'continuity--1-abcDEF'];
    for (const name of others) mkdirSync(join(runnerTemp, name));
    makePrivateDirectory(runnerTemp);
    expect(readdirSync(runnerTemp)).toEqual(expect.arrayContaining(others));
  });

  it.each(['/etc', '', '.', '..', 'continuity-1-abcDEF'])('is not what a forged state %j names', (path) => {
    mkdirSync(join(runnerTemp, 'kept'));
    removePrivateDirectory(path, runnerTemp);
    removePrivateDirectory(join(runnerTemp, path), join(runnerTemp, 'kept'));
    removePrivateDirectory(join(runnerTemp, 'kept'), runnerTemp);
    expect(readdirSync(runnerTemp)).toEqual(['kept']);
  });

  it('is removed as a link, not as what the link leads to', () => {
    const target = mkdtempSync(join(tmpdir(), 'continuity-runner-'));
    writeFileSync(join(target, 'file'), '');
    const link = join(runnerTemp, `continuity-${findDeadPid()}-abcDEF`);
    symlinkSync(target, link);
    makePrivateDirectory(runnerTemp);
    expect(existsSync(link)).toBe(false);
    expect(readdirSync(target)).toEqual(['file']);
    rmSync(target, { recursive: true });
  });

  it('is found where the runner names its own with a slash at the end', () => {
    const path = makePrivateDirectory(`${runnerTemp}/`);
    removePrivateDirectory(path, `${runnerTemp}/`);
    expect(readdirSync(runnerTemp)).toEqual([]);
  });
});
