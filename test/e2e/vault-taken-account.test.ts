import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startAttackedVault, type AttackedVault } from '../fixtures/attacked-vault.ts';
import { listPrograms } from '../fixtures/processes.ts';
import { canProvision } from '../fixtures/provisioned-vault.ts';

if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');
const MIB = 1024 * 1024;

(canProvision ? describe : describe.skip)('an attacker who has taken over the account that receives', () => {
  let one: AttackedVault;
  let before: Record<string, string>;
  let wrapper: string;
  beforeAll(async () => {
    one = await startAttackedVault();
    wrapper = join(one.vault.library, 'answer-writer');
  }, 180_000);
  afterAll(() => one.stop());
  beforeEach(() => {
    before = one.look();
  });
  afterEach(() => {
    for (const name of readdirSync(one.incoming)) rmSync(join(one.incoming, name), { recursive: true });
    expect(one.look()).toEqual(before);
  });

  const asWriter = (script: string, input: string | Buffer = '') =>
    one.runScript(one.vault.accounts.writer, script, input);
  const ask = (words: string) => `sudo -n -u ${one.vault.accounts.keeper} -- ${wrapper} ${words}`;
  const timedName = (time: string) => one.names[1].replace('.tar', `_${time}.tar`);
  /** A night whose segments lie there, as the account's own. */
  async function bring(time: string, bytes: number) {
    const name = timedName(time);
    const night = await one.nights.build(name, { 'uploads/big': randomBytes(bytes) });
    const client = await one.open();
    await client.upload(night.segments);
    return { name, night, client, segment: join(one.incoming, basename(night.segments[0] ?? '')) };
  }

  it('90: changes nothing but the incoming area, whatever it tries on every path that it can reach', () => {
    const paths = [
      ...Object.keys(before),
      ...[
        '/etc/passwd',
        '/etc/shadow',
        `/etc/sudoers.d/${one.vault.name}`,
        '/etc/ssh',
        '/usr/local/bin',
        '/etc/cron.d',
      ],
    ].filter((path) => !path.startsWith(one.incoming));
    const attempts = [
      'test -w "$p" && echo "writable: $p"',
      '{ : >> "$p"; } && echo "appended: $p"',
      'truncate -c -s 0 "$p" && [ ! -s "$p" ] && echo "truncated: $p"',
      'chmod u+w "$p" && echo "mode: $p"',
      'touch -c -d 1970-01-01 "$p" && echo "time: $p"',
      'mv -n -T "$p" "$p.moved" && echo "renamed: $p"',
      'mkdir "$p/planted" && echo "made: $p"',
      'ln "$p" "$p.linked" && echo "linked: $p"',
      'rm -f "$p" && [ ! -e "$p" ] && [ -n "$e" ] && echo "removed: $p"',
    ].join('\n');
    const script = `while IFS= read -r p; do e=; [ -e "$p" ] && e=y\n${attempts}\ndone 2>/dev/null; true`;
    expect(asWriter(script, paths.map((path) => `${path}\n`).join('')).stdout).toBe('');
    expect(paths.length).toBeGreaterThan(30);
  }, 60_000);

  it('94: cannot take the incoming area itself away', () => {
    for (const attempt of ['chmod 000', 'chmod 777', 'rmdir', 'mv -T -t /tmp']) {
      expect(asWriter(`${attempt} '${one.incoming}'`).code).not.toBe(0);
    }
    expect(asWriter(`mv '${one.incoming}' '${one.vault.directory}/gone'`).code).not.toBe(0);
    expect(statSync(one.incoming).mode & 0o7777).toBe(0o1770);
  });

  it('is let to the keeper by one rule, and by no trick with it', () => {
    const { keeper, reader } = one.vault.accounts;
    const rules = asWriter('sudo -n -l')
      .stdout.split('\n')
      .filter((line) => /^ {4}\(/.test(line));
    expect(rules.map((line) => line.trim())).toEqual([`(${keeper}) NOSETENV: NOPASSWD: ${wrapper}`]);
    const evil = join(one.scratch, 'evil.mjs');
    writeFileSync(evil, 'console.log("EVIL")');
    const forbidden = [
      `sudo -n -u ${keeper} sh -c id`,
      `sudo -n -u ${keeper} -s`,
      `sudo -n -u ${keeper} -i`,
      `sudo -n ${wrapper} hello`,
      `sudo -n -u root ${wrapper} hello`,
      `sudo -n -u ${reader} ${wrapper} hello`,
      `sudo -n -u ${keeper} -g root ${wrapper} hello`,
      `sudo -n -u ${keeper} ${join(one.vault.library, 'answer-reader')} status`,
      `sudo -n -u ${keeper} ${join(one.vault.library, 'skills-vault')} vault status`,
      `sudo -n -u ${keeper} LD_PRELOAD=${evil} ${wrapper} hello`,
      `sudo -n -u ${keeper} NODE_OPTIONS=--import=${evil} ${wrapper} hello`,
      `NODE_OPTIONS=--import=${evil} sudo -n -E -u ${keeper} ${wrapper} hello`,
      `sudo -n -u ${keeper} -D /tmp ${wrapper} hello`,
      `sudo -n -u ${keeper} -R / ${wrapper} hello`,
      `sudo -n -u ${keeper} -e ${one.vault.settingsPath}`,
      `sudoedit -n -u ${keeper} ${one.vault.settingsPath}`,
      `cd /tmp && ln -sf /bin/sh answer-writer-$$ && sudo -n -u ${keeper} ./answer-writer-$$ -c id`,
    ];
    const outcomes = forbidden.map((line) => [line, asWriter(line).code === 0]);
    expect(outcomes.filter(([, isAllowed]) => isAllowed)).toEqual([]);
  }, 60_000);

  it('gets no further by words that the forced command would never pass on', () => {
    const [older, newest] = one.names;
    const words = [
      `read ${newest}`,
      `index ${older}`,
      `--client ::1 read ${newest}`,
      `--role reader read ${newest}`,
      `--client ::1 --role reader --settings /etc/passwd read ${newest}`,
      'vault prune',
      `vault retire ${newest} --reason x`,
      `retire ${newest}`,
      'rsync --server --sender -e.LsfxC . .',
      `verify '${newest}; id' seal`,
      "seal ''",
      '--help',
      '--version',
    ];
    const got = words.map((each) => ({ each, ...asWriter(ask(each), '0,10\n') }));
    expect(got.filter(({ code, stdout }) => code === 0 || /"result"/.test(stdout)).map(({ each }) => each)).toEqual([]);
  }, 60_000);

  it('brings none of its own environment, limits, umask or folder to the keeper', async () => {
    const { name, night, client } = await bring('02-00-00', 20_000);
    const recipe = readFileSync(night.recipePath);
    const openToKeeper = () => asWriter(`chmod 640 '${one.incoming}'/*.segment`);
    openToKeeper();
    const evil = `LD_PRELOAD=/nonexistent.so NODE_OPTIONS=--bogus NODE_PATH=/tmp PATH=/tmp:/bin:/usr/bin TMPDIR=/proc HOME=/tmp`;
    expect(asWriter(`${evil} ${ask('hello')}`)).toMatchObject({ code: 0, stdout: expect.stringContaining('"result"') });
    // A limit on files' sizes goes along through sudo: it may spoil a seal, and nothing else.
    for (const limits of ['ulimit -f 1', 'ulimit -n 12', 'ulimit -f 30', 'ulimit -t 1', 'ulimit -v 2000000']) {
      asWriter(`${limits}; ${ask(`seal ${name}`)}`, recipe);
      expect((await client.status()).ledger).toMatchObject({ isIntact: true });
    }
    asWriter(`umask 0777; cd '${one.incoming}'; ${ask(`seal ${name}`)}`, recipe);
    await client.upload(night.segments);
    openToKeeper();
    expect(asWriter(ask(`seal ${name}`), recipe)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(night.index),
    });
    expect(await client.verify(name, 'full')).toMatchObject({ isSound: true });
    expect(statSync(join(one.vault.directory, name)).mode & 0o777).toBe(0o440);
    for (const [path, about] of Object.entries(one.look())) {
      if (!path.startsWith(join(one.vault.directory, '.vault'))) continue;
      expect([path, Number(about.split(' ')[0]) & 0o600]).toEqual([path, 0o600]);
    }
    before = one.look();
  }, 120_000);

  it('can neither end, nor trace, nor look into what the keeper runs', async () => {
    const { name } = await bring('03-00-00', 1000);
    const ids = ['--reuid', one.vault.accounts.writer, '--regid', one.vault.accounts.writer, '--init-groups'];
    const seal = spawn('setpriv', [...ids, 'sh', '-c', ask(`seal ${name}`)], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      const program = await findKeepersProgram(name);
      for (const attempt of [
        `kill -KILL ${program}`,
        `kill -STOP ${program}`,
        `cat /proc/${program}/mem`,
        `cat /proc/${program}/environ`,
        `ls /proc/${program}/fd/`,
        `cat /proc/${program}/maps`,
        `strace -p ${program} -o /dev/null`,
        `prlimit --pid ${program} --fsize=1`,
        `renice -n 19 -p ${program}`,
        `echo 1000 > /proc/${program}/oom_score_adj`,
      ]) {
        expect([attempt, asWriter(attempt).code === 0]).toEqual([attempt, false]);
      }
      expect(existsSync(`/proc/${program}`)).toBe(true);
    } finally {
      seal.stdin.end();
      await once(seal, 'close');
    }
  }, 60_000);

  it('75, 90: changes, cuts or swaps a segment while it is sealed: it is refused, or the archive is the right one', async () => {
    const tampers = {
      change: 'printf x | dd of="$s" bs=1 seek=$((n * 7919 % 20000000)) conv=notrunc',
      cut: 'truncate -s $((n * 7919 % 20000000)) "$s"; truncate -s 20971520 "$s"',
      swap: 'cp "$s" "$s.x"; printf x >> "$s.x"; mv "$s.x" "$s"',
      link: 'ln -sf /etc/passwd "$s"; rm -f "$s"; cp "$s.kept" "$s"',
    };
    const outcomes: string[] = [];
    for (const [at, [what, tamper]] of Object.entries(tampers).entries()) {
      const { name, night, client, segment } = await bring(`04-00-0${at}`, 20 * MIB);
      asWriter(`cp '${segment}' '${segment}.kept'`);
      const loop = `s='${segment}'; n=1; while [ -e '${segment}.kept' ]; do n=$((n + 1)); ${tamper}; done 2>/dev/null`;
      const ids = ['--reuid', one.vault.accounts.writer, '--regid', one.vault.accounts.writer, '--init-groups'];
      const tampering = spawn('setpriv', [...ids, 'sh', '-c', loop], { stdio: 'ignore' });
      const ended = once(tampering, 'close');
      await sleep(100 * at);
      const outcome = await client.seal(name, night.recipePath).then(
        ({ index }) => `sealed ${index}`,
        (error: unknown) => (error as { kind: string }).kind,
      );
      rmSync(`${segment}.kept`);
      await ended;
      outcomes.push(`${what}: ${outcome}`);
      const known = (await client.status()).archives.find((archive) => archive.name === name);
      expect([what, known?.index]).toEqual([what, outcome.startsWith('sealed') ? night.index : undefined]);
      if (known) expect(await client.verify(name, 'full')).toMatchObject({ isSound: true });
      expect(existsSync(join(one.vault.directory, name))).toBe(known !== undefined);
    }
    expect(
      outcomes.filter((outcome) => !/: (?:damaged|refused|vault|space|sealed [0-9a-f]{64})$/.test(outcome)),
    ).toEqual([]);
    expect(outcomes.some((outcome) => !outcome.includes('sealed'))).toBe(true);
    before = one.look();
  }, 180_000);

  it('92: a hard link to somebody else’s file cannot be made, and would not be sealed', async () => {
    const { name, night, client, segment } = await bring('05-00-00', 5000);
    const archive = join(one.vault.directory, one.names[1]);
    const isProtected = readFileSync('/proc/sys/fs/protected_hardlinks', 'utf8').trim() === '1';
    for (const victim of ['/etc/shadow', archive]) {
      if (isProtected) expect(asWriter(`rm -f '${segment}'; ln '${victim}' '${segment}'`).code).not.toBe(0);
    }
    rmSync(segment, { force: true });
    // As on a kernel without that protection.
    linkSync(archive, segment);
    await expect(client.seal(name, night.recipePath)).rejects.toMatchObject({ kind: 'refused' });
    rmSync(segment, { force: true });
  }, 60_000);

  /** The process itself, and not sudo, which waits for it. */
  async function findKeepersProgram(name: string): Promise<number> {
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
      const found = listPrograms().find(
        ({ commandLine }) => /vault answer/.test(commandLine) && commandLine.includes(name),
      );
      if (found) return found.pid;
      await sleep(50);
    }
    throw new Error('the keeper runs nothing');
  }
});
