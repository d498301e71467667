import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findRunners } from '../../../src/operations/doctor/find-runners.ts';
import { judgeDevRunner, type LocalRunner } from '../../../src/operations/doctor/judge-dev-runner.ts';

const development: LocalRunner = {
  directory: '/opt/actions-runner/skills-hub-dev',
  name: 'home-skills-hub-dev',
  uid: 1001,
  user: 'skills-hub-dev',
  groups: ['skills-hub-dev'],
  mayUseDocker: false,
  hasOwnDocker: true,
};
const production: LocalRunner = {
  ...development,
  directory: '/opt/actions-runner/skills-hub-production',
  name: 'home-skills-hub-production',
  uid: 0,
  user: 'root',
  groups: ['root'],
  mayUseDocker: true,
};
const judge = (changes: Partial<LocalRunner>, others: LocalRunner[] = [production]) =>
  judgeDevRunner({ runners: [...others, { ...development, ...changes }], lists: {} });

describe('the runner of development', () => {
  it('is fine as another user with a Docker of its own, and on another machine', () => {
    expect(judge({})).toMatchObject([{ state: 'ok' }]);
    expect(judgeDevRunner({ runners: [production], lists: {} })).toMatchObject([
      { state: 'ok', message: 'none on this host' },
    ]);
  });

  it.each<[string, Partial<LocalRunner>]>([
    ['runs as root', { uid: 0, user: 'root' }],
    ['is in the group docker', { groups: ['skills-hub-dev', 'docker'], mayUseDocker: true }],
    ['is in the group sudo', { groups: ['sudo'] }],
    ["may use production's Docker socket", { mayUseDocker: true }],
    ['has no Docker of its own', { hasOwnDocker: false }],
  ])('is a warning where it %s', (message, changes) => {
    const findings = judge(changes);
    expect(findings).toMatchObject([{ state: 'warning', message: expect.stringContaining(message) }]);
    expect(findings[0]?.next).toContain('whoever can push to develop is root on production');
  });

  it('is a warning where a runner that is root does not tell which one it is', () => {
    const unclear = { ...production, directory: '/opt/actions-runner', name: 'home' };
    const judged = judgeDevRunner({ runners: [unclear], lists: {} });
    expect(judged).toMatchObject([{ state: 'warning', message: expect.stringContaining('neither its name') }]);
    const harmless = { ...unclear, uid: 1002, user: 'ci', mayUseDocker: false };
    expect(judgeDevRunner({ runners: [harmless], lists: {} })).toMatchObject([{ state: 'ok' }]);
  });

  it('is a warning where production has the same user', () => {
    const findings = judge({}, [{ ...production, uid: 1001 }]);
    expect(findings).toMatchObject([{ state: 'warning', message: expect.stringContaining('is the user of') }]);
  });

  it('is a warning where a list lets develop onto production, and none where it is a comment or the own list', () => {
    const line = 'acme/hub push acme/hub/.github/workflows/deploy-dev.yml@refs/heads/develop';
    const lists = { 'skills-hub-production': [line], 'skills-hub-dev': [line] };
    expect(judgeDevRunner({ runners: [], lists })).toMatchObject([{ state: 'warning' }]);
    const commented = { 'skills-hub-production': [`# ${line}`, line.replace('develop', 'main')] };
    expect(judgeDevRunner({ runners: [], lists: commented })).toMatchObject([{ state: 'ok' }]);
  });

  it('is found by its listener, its registration, its account and the socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runners-'));
    try {
      const runner = join(folder, 'skills-hub-dev');
      for (const name of ['proc/42', 'proc/43', 'etc/skills-hub-runner', 'run', 'skills-hub-dev/bin']) {
        mkdirSync(join(folder, name), { recursive: true });
      }
      const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: 4711 };
      writeFileSync(join(folder, 'proc/42/cmdline'), `${runner}/bin/Runner.Listener\0run\0--startuptype\0service\0`);
      writeFileSync(join(folder, 'proc/43/cmdline'), 'vim\0Runner.Listener\0');
      writeFileSync(join(runner, '.runner'), '\uFEFF{"agentId":1,"agentName":"home-dev"}');
      writeFileSync(join(folder, 'etc/passwd'), `other:x:99:99::/:\nme:x:${uid}:${gid}::/:\n`);
      writeFileSync(join(folder, 'etc/group'), `mine:x:${gid}:\ndocker:x:998:a,me\nnone:x:5:men\n`);
      writeFileSync(join(folder, 'etc/skills-hub-runner/p.conf'), 'a\nb');
      writeFileSync(join(folder, 'run/docker.sock'), '');
      const world = await findRunners({
        proc: join(folder, 'proc'),
        etc: join(folder, 'etc'),
        run: join(folder, 'run'),
      });
      expect(world).toEqual({
        runners: [
          {
            directory: runner,
            name: 'home-dev',
            uid,
            user: 'me',
            groups: ['mine', 'docker'],
            mayUseDocker: true,
            hasOwnDocker: false,
          },
        ],
        lists: { p: ['a', 'b'] },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
