import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';

import { canProvision, makeWorkplace, type Workplace } from '../fixtures/provisioned-vault.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'infrastructure/vault/provision.sh');
const has = (program: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return true;
  } catch {
    return false;
  }
};

(canProvision ? describe : describe.skip)('provision.sh and the machine', () => {
  let place: Workplace | undefined;
  afterEach(async () => {
    await place?.remove();
    place = undefined;
  });

  it('is killed at any moment, and a run without arguments brings it to its end', async () => {
    place = await makeWorkplace();
    const always = ['--name', place.name, '--etc', place.etc, '--bundles', join(place.base, 'dist')];
    let ended = 0;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // A group of its own: whatever it runs at that moment dies with it.
      const words = attempt === 0 ? place.firstArguments : [...place.firstArguments, '--from', `127.0.0.${attempt}`];
      const child = spawn('bash', [script, ...always, ...words], { stdio: 'ignore', detached: true });
      const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await Promise.race([sleep(500 + attempt * 400 + Math.random() * 400), end]);
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        ended += 1;
      }
      await end;
    }
    expect(ended).toBeLessThan(5);
    const { code, stderr } = await place.provision();
    expect([code, stderr]).toEqual([0, '']);
    expect((await place.provision(['--check'])).code).toBe(0);
    const left = execFileSync('find', [place.base, '/etc/sudoers.d', '-name', '*~'], { encoding: 'utf8' });
    expect(left).toBe('');
  }, 180_000);

  it('takes an XFS volume in a file, whose archives share extents, and mounts it again where it is not', async () => {
    if (!has('mkfs.xfs')) return;
    place = await makeWorkplace();
    const image = join(place.base, 'volume.xfs');
    const words = [...place.firstArguments, '--volume', `xfs-loop:320M:${image}`];
    const first = await place.provision(words);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toMatch(/^ok +archives share extents \(xfs\)/m);
    expect(statSync(image).mode & 0o777).toBe(0o600);
    const again = await place.provision([]);
    expect([again.code, again.stdout.match(/^changed.*/gm)]).toEqual([0, null]);
    execFileSync('umount', [join(place.base, 'data')]);
    const check = await place.provision(['--check']);
    expect([check.code, check.stdout]).toEqual([1, expect.stringMatching(/^drift +mount .*: not mounted/m)]);
    expect((await place.provision([])).code).toBe(0);
    expect(execFileSync('findmnt', ['-no', 'FSTYPE,OPTIONS', '-T', place.directory], { encoding: 'utf8' })).toMatch(
      /^xfs .*nosuid.*nodev.*noexec/,
    );
  });

  it('hands systemd units that it accepts', async () => {
    if (!has('systemd-analyze')) return;
    place = await makeWorkplace();
    const { code, stderr } = await place.provision([...place.firstArguments, '--timers', 'systemd']);
    expect([code, stderr]).toEqual([0, '']);
    const folder = join(place.etc, 'systemd/system');
    const timers = readdirSync(folder).filter((name) => name.endsWith('.timer'));
    expect(timers.sort()).toEqual(
      ['audit', 'freshness', 'prune', 'scrub', 'sweep'].map((verb) => `${place?.name}-${verb}.timer`),
    );
    const units = [...timers, `${place.name}@prune.service`].map((name) => join(folder, name));
    copyFileSync(join(folder, `${place.name}@.service`), join(folder, `${place.name}@prune.service`));
    const verdict = execFileSync('sh', ['-c', 'systemd-analyze verify --man=no "$@" 2>&1', 'sh', ...units], {
      encoding: 'utf8',
    });
    expect(verdict.split('\n').filter((line) => line.includes(place?.name ?? ''))).toEqual([]);
    expect(readFileSync(join(folder, `${place.name}-prune.timer`), 'utf8')).toContain(
      `Unit=${place.name}@prune.service`,
    );
  });

  it('lets only the named hosts reach the port, and no other port is touched', async () => {
    if (!has('nft') || !has('ip')) return;
    place = await makeWorkplace();
    const { name, etc, base, port, firstArguments } = place;
    const words = ['--name', name, '--etc', etc, '--bundles', join(base, 'dist'), ...firstArguments];
    // Everything in a network of its own: the tables of this machine stay as they are.
    const inside = `
      set -eu
      ip link set lo up
      provision() { bash ${script} "$@"; }
      provision ${words.join(' ')} --listen 127.0.0.2 --from 127.0.0.1,10.1.0.0/16 --firewall yes >${base}/out
      provision ${words.slice(0, 6).join(' ')} --check >${base}/check
      for port in ${port} ${port - 1}; do
        node -e 'require("net").createServer((s) => s.end()).listen(+process.argv[1], "127.0.0.2")' $port & echo $! >>${base}/pids
      done
      sleep 1
      try() { timeout 2 node -e 'const s = require("net").connect({ port: +process.argv[2], host: "127.0.0.2", localAddress: process.argv[1] });
        s.on("connect", () => process.exit(0)); s.on("error", () => process.exit(1));' "$@" && echo open || echo shut; }
      try 127.0.0.1 ${port}; try 127.0.0.9 ${port}; try 127.0.0.9 ${port - 1}
      nft add rule inet $(echo ${name} | tr - _) input accept
      provision ${words.slice(0, 6).join(' ')} --check | grep ^drift || true
      kill $(cat ${base}/pids)`;
    const output = execFileSync('unshare', ['--net', 'bash', '-c', inside], { encoding: 'utf8' });
    const [named, stranger, otherPort, ...drift] = output.trim().split('\n');
    expect([named, stranger, otherPort]).toEqual(['open', 'shut', 'open']);
    expect(drift).toEqual([expect.stringMatching(/^drift +firewall table/)]);
  });

  it('brings a private copy of Node where one is named', async () => {
    place = await makeWorkplace();
    const folder = mkdtempSync(join(tmpdir(), 'continuity-node-'));
    try {
      execFileSync('mkdir', [join(folder, 'bin')]);
      execFileSync('cp', [process.execPath, join(folder, 'bin/node')]);
      const { code, stderr } = await place.provision([...place.firstArguments, '--node', folder]);
      expect([code, stderr]).toEqual([0, '']);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(readFileSync(join(place.library, 'skills-vault'), 'utf8')).toContain(`${place.library}/node/bin/node`);
    expect((await place.provision(['--check'])).code).toBe(0);
  });

  it('runs no Node that anybody but root could change', () => {
    const ask = (path: string): string => {
      const steps = join(root, 'infrastructure/vault/steps/node-program.sh');
      return spawnSync('bash', ['-c', `. ${steps} && is_roots_own "$1" && echo yes || echo no`, 'bash', path], {
        encoding: 'utf8',
      }).stdout.trim();
    };
    const folder = mkdtempSync('/srv/continuity-');
    try {
      const path = join(folder, 'bin/node');
      mkdirSync(join(folder, 'bin'), { mode: 0o755 });
      execFileSync('chmod', ['755', folder]);
      writeFileSync(path, '', { mode: 0o755 });
      expect(ask(path)).toBe('yes');
      // As tar leaves what it unpacks as root.
      execFileSync('chown', ['1000:1000', path]);
      expect(ask(path)).toBe('no');
      execFileSync('chown', ['0:0', path]);
      execFileSync('chmod', ['775', join(folder, 'bin')]);
      expect(ask(path)).toBe('no');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is clean to shellcheck', () => {
    if (!has('shellcheck')) return;
    const steps = readdirSync(join(root, 'infrastructure/vault/steps')).map(
      (name) => `infrastructure/vault/steps/${name}`,
    );
    execFileSync('shellcheck', ['infrastructure/vault/provision.sh', ...steps], { cwd: root, stdio: 'inherit' });
  });
});
