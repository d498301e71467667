import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { silent } from '../../src/logging/logger.ts';
import { attackVault } from '../../src/operations/attack.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { startAttackedVault, type AttackedVault } from '../fixtures/attacked-vault.ts';
import { sendUnasked, type ClaimedFile } from '../fixtures/hostile-rsync.ts';
import { canProvision } from '../fixtures/provisioned-vault.ts';

if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');
const RSYNC = 'rsync --server -Ie.LsfxCIvu --partial --ignore-existing . ./';
const options = (
  '--inplace --append --append-verify --delete --delete-after --delete-excluded --remove-source-files --force ' +
  '--backup --backup-dir=../.. --partial-dir=.. --delay-updates --temp-dir=.. -M--log-file=../x --write-devices ' +
  '-M--copy-devices --files-from=- --link-dest=.. --relative --mkpath --times --perms --links --devices --archive ' +
  '-M--fake-super --chmod=0777 --existing --super --keep-dirlinks'
).split(' ');

(canProvision ? describe : describe.skip)("production's key in an attacker's hands", () => {
  let one: AttackedVault;
  let platform: Platform;
  let before: Record<string, string>;
  beforeAll(async () => {
    one = await startAttackedVault();
    const { host, port, directory, accounts, knownHostsPath } = one.vault;
    const [user, path] = [accounts.writer, directory];
    const vault = { host, port, user, path, 'key-file': one.vault.keyPath('writer'), 'known-hosts': knownHostsPath };
    const file = join(one.scratch, 'continuity.yml');
    writeFileSync(
      file,
      `state: state\ndatabases: {}\nfiles: { uploads: { path: uploads } }\nvault: ${JSON.stringify(vault)}\n`,
    );
    platform = {
      config: await loadConfig(file),
      logger: silent,
      environment: process.env,
      now: () => new Date(),
      holder: 'the test',
      vaultBundlePath: '/nonexistent',
      toolVersion: '0.0.0-test',
    };
  }, 180_000);
  afterAll(() => one.stop());
  beforeEach(() => {
    before = one.look();
  });
  afterEach(() => {
    asWriter(`rm -rf '${one.incoming}'/*`);
    expect(one.look()).toEqual(before);
  });

  const asWriter = (script: string) => one.runScript(one.vault.accounts.writer, script);
  const place = (name: string) => join(one.incoming, name);
  const segmentName = () => `${randomBytes(32).toString('hex')}.segment`;
  const send = (files: ClaimedFile[]) => sendUnasked(one.ssh('writer', RSYNC), files);
  const run = ([program = '', ...args]: string[], input = '') => spawnSync(program, args, { input, encoding: 'utf8' });

  it('gets nowhere with all that doctor --attack tries (faults 95, 99, 100, 101)', async () => {
    const result = await attackVault(platform, { limitMs: 180_000 });
    const others = result.attempts.filter(({ verdict }) => verdict !== 'refused');
    expect(others.map(({ what, evidence }) => `${what}: ${evidence}`)).toEqual([]);
    expect(result).toMatchObject({ verdict: 'refused', isProvisioned: true, exitCode: 0 });
  }, 200_000);

  it('89: no option of rsync reaches a sealed archive', () => {
    const file = join(one.scratch, one.names[1]);
    const shell = one.ssh('writer', '').slice(0, -2).join(' ');
    const got = options.map((option) => {
      writeFileSync(file, 'not an archive');
      const words = ['rsync', '-e', shell, '-I', option, file, `${one.vault.host}:../${one.names[1]}`];
      return [option, run(words).status === 0 ? 'accepted' : 'refused'];
    });
    // Options of the client's side alone do not reach the server: there it is an upload like any other.
    const harmless = ['--remove-source-files', '--times', '--chmod=0777'];
    expect(got.filter(([option, outcome]) => outcome === 'accepted' && !harmless.includes(option ?? ''))).toEqual([]);
  }, 120_000);

  it('90: a sender that sends what nobody asked for changes the incoming area alone', async () => {
    const there = segmentName();
    asWriter(`umask 077; printf old > '${place(there)}'`);
    const content = Buffer.from('sent unasked');
    // What --ignore-existing should have kept, and does not: the reason why another account owns the archives.
    expect((await send([{ name: there, content }])).code).toBe(0);
    expect(readFileSync(place(there), 'utf8')).toBe('sent unasked');

    asWriter(`ln -s .. '${place('up')}'`);
    const [, archive] = one.names;
    const names = [
      `../${archive}`,
      join(one.vault.directory, archive),
      `up/${archive}`,
      `./x/../../${archive}`,
      `../.vault/ledger.jsonl`,
      `${one.vault.library}/vault.mjs`,
      '/etc/cron.d/skills-vault-probe',
      '.',
      '..',
      `..\n/${archive}`,
    ];
    for (const name of names) await send([{ name, content }]);
    for (const mode of [0o120_777, 0o020_666, 0o060_666, 0o010_666, 0o040_777]) {
      await send([{ name: segmentName(), content, mode }]);
    }
    expect(() => statSync('/etc/cron.d/skills-vault-probe')).toThrow('ENOENT');
  }, 60_000);

  it('93: a link to an archive, under the name of a segment, is replaced and never followed', async () => {
    const name = segmentName();
    asWriter(`ln -s '../${one.names[1]}' '${place(name)}'`);
    await send([{ name, content: Buffer.from('through the link') }]);
    expect(lstatSync(place(name)).isFile()).toBe(true);
  });

  it('98: a claim of 5 TB brings no more than what was sent, and a sparse one is not sealed', async () => {
    const name = segmentName();
    await send([{ name, content: Buffer.from('little'), size: 5e12 }]);
    const sizes = readdirSync(one.incoming).map((each) => lstatSync(place(each)).size);
    expect(Math.max(0, ...sizes)).toBeLessThan(100);

    const night = await one.nights.build(one.names[1].replace('.tar', '_01-02-03.tar'), {
      'uploads/x': randomBytes(9000),
    });
    const segment = basename(night.segments[0] ?? '');
    asWriter(`truncate -s 5T '${place(segment)}'`);
    const client = await one.open();
    await expect(
      client.seal(basename(night.path.replace('/archive.tar.gz', '')), night.recipePath),
    ).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('not enough space'),
    });
  });

  it('96: the same name with other content is refused; the first stays', async () => {
    const client = await one.open();
    const [, name] = one.names;
    const other = await one.nights.build(name, { 'uploads/a': randomBytes(5000) });
    await expect(one.nights.send(client, name, other)).rejects.toMatchObject({ kind: 'refused' });
  });

  it('100: the writer reads nothing, and the reader writes nothing', async () => {
    const [older, newest] = one.names;
    const [writer, reader] = [await one.open('writer'), await one.open('reader')];
    await expect(writer.readRanges(newest, [{ offset: 0, length: 1 }])).rejects.toMatchObject({ kind: 'refused' });
    await expect(writer.readIndex(older)).rejects.toMatchObject({ kind: 'refused' });
    await expect(reader.upload(one.newest.segments)).rejects.toMatchObject({ kind: 'refused' });
    await expect(reader.seal(newest, one.newest.recipePath)).rejects.toMatchObject({ kind: 'refused' });
    expect((await sendUnasked(one.ssh('reader', RSYNC), [{ name: 'x', content: Buffer.from('x') }])).code).not.toBe(0);
    expect(readdirSync(one.incoming)).toEqual([]);
  });

  it('leads to no other account: not the keeper, not the reader, not root', () => {
    const { keeper, reader, writer } = one.vault.accounts;
    for (const account of [keeper, reader, 'root', 'nobody']) {
      const { status, stderr } = run(one.ssh('writer', 'hello', account));
      expect([account, status, stderr]).toEqual([account, 255, expect.stringContaining('Permission denied')]);
    }
    expect(run(one.ssh('writer', 'hello', writer)).status).toBe(0);
  });

  it('99: the server of files that comes with SSH is not there, and forwards nothing', () => {
    const [program = '', ...args] = one.ssh('writer', 'hello');
    const host = args.at(-2) ?? '';
    const flags = args.slice(0, -2).filter((flag) => flag !== '-T');
    const sftp = flags.map((flag) => (flag === '-p' ? '-P' : flag));
    const user = sftp.indexOf('-l');
    const account = sftp.splice(user, 2)[1] ?? '';
    const to = `${account}@${host}`;
    mkdirSync(join(one.scratch, 'got'), { recursive: true });
    for (const words of [
      ['sftp', ...sftp, '-b', '-', to],
      ['scp', ...sftp, '-O', `${to}:${one.vault.directory}/${one.names[1]}`, join(one.scratch, 'got')],
      ['scp', ...sftp, `${to}:${one.vault.directory}/${one.names[1]}`, join(one.scratch, 'got')],
      ['scp', ...sftp, '-O', one.newest.path, `${to}:${one.vault.directory}/x`],
      [program, ...flags, '-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9', host],
      [program, ...flags, '-W', '127.0.0.1:22', host],
    ]) {
      expect([words[0], run(words, 'ls\n').status]).not.toEqual([words[0], 0]);
    }
    expect(readdirSync(join(one.scratch, 'got'))).toEqual([]);
  }, 60_000);

  it('104: the vault itself says that nothing new was sealed, whatever production claims', () => {
    const words = ['vault', 'freshness', '--settings', join(one.scratch, 'impatient.yml'), '--json'];
    const settings = readFileSync(one.vault.settingsPath, 'utf8');
    writeFileSync(words[3] ?? '', `${settings}\nfreshness: { maximum-age: 1s }\n`, { mode: 0o644 });
    execFileSync('chmod', ['0755', one.scratch]);
    const { code, stdout } = one.runScript(
      one.vault.accounts.keeper,
      [join(one.vault.library, 'skills-vault'), ...words].join(' '),
    );
    expect(code).not.toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isFine: false });
    before = one.look();
  });

  it('102: times of uploads mean nothing: an archive is as old as the vault’s clock says', async () => {
    const client = await one.open();
    const name = one.names[1].replace('.tar', '_01-02-04.tar');
    const night = await one.nights.build(name, { 'uploads/old': randomBytes(9000) });
    await client.upload(night.segments);
    asWriter(`touch -d 1970-01-02 '${one.incoming}'/*`);
    const { sealed } = await client.seal(name, night.recipePath);
    expect(Math.abs(Date.parse(sealed) - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(statSync(join(one.vault.directory, name)).mtimeMs - Date.now())).toBeLessThan(60_000);
    before = one.look();
  });
});
