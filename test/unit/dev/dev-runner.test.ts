import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findReachable } from '../../../src/operations/doctor/reachable-folders.ts';
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
  reaches: [],
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

  it("is a warning where its account may enter a folder of production's, once for each", () => {
    const findings = judge({ reaches: ['/srv/skills-hub/data/uploads', '/srv/films'] });
    expect(findings).toMatchObject([
      { state: 'warning', message: expect.stringContaining('may enter /srv/skills-hub/data/uploads') },
      { state: 'warning', message: expect.stringContaining('may enter /srv/films') },
    ]);
    expect(findings[0]?.next).toContain('prepare.sh production');
    expect(judge({ uid: 0, user: 'root', reaches: ['/srv/films'] })).toHaveLength(1);
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
      const world = await findRunners([join(folder, 'run')], {
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
            reaches: [join(folder, 'run')],
          },
        ],
        lists: { p: ['a', 'b'] },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the folders that an account may enter', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reachable-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'data/uploads'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const stranger = { uid: 54321, groupIds: [54321] };
  const member = { uid: 54321, groupIds: [own.gid] };

  it.each([
    ['open to all', 0o755, 0o755, stranger, true],
    ['of a group that it is in', 0o755, 0o750, member, true],
    ['of a group that it is not in', 0o755, 0o750, stranger, false],
    ['open, and below one that is closed', 0o700, 0o777, stranger, false],
    ['open to its group, below one that its group may list and not pass', 0o740, 0o777, member, false],
  ])('%s', async (_case, above, mode, identity, reached) => {
    const uploads = join(folder, 'data/uploads');
    chmodSync(uploads, mode);
    chmodSync(join(folder, 'data'), above);
    expect(await findReachable([uploads, join(folder, 'missing')], identity)).toEqual(reached ? [uploads] : []);
  });
});
