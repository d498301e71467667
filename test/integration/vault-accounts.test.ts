import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CARD_TEXT } from '../../src/archive/emergency-card.ts';
import { startAccountVault, type AccountVault } from '../fixtures/account-vault.ts';
import type { Night } from '../fixtures/assemble.ts';
import { canProvision, type ProvisionedVault } from '../fixtures/provisioned-vault.ts';
import { nightName, type NightVault } from '../fixtures/vault-nights.ts';

const [yesterday, today] = [nightName(-1), nightName()];
const MIB = 1024 * 1024;
if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');

(canProvision ? describe : describe.skip)('a vault of two accounts', () => {
  let there: AccountVault;
  let vault: ProvisionedVault;
  let nights: NightVault;
  let scratch: string;
  let incoming: string;
  let first: Night;

  beforeAll(async () => {
    there = await startAccountVault();
    ({ vault, nights, scratch, incoming } = there);
  }, 120_000);
  afterAll(() => there.stop());
  afterEach(() => there.closeClients());

  const open = (role?: 'writer' | 'reader') => there.open(role);
  const asWriter = (script: string) => there.runScript(vault.accounts.writer, script);
  /** What sshd does with a forced command, without sshd. */
  const ask = (command: string, input: string | Buffer = '') => {
    const environment = ['env', '-i', `SSH_ORIGINAL_COMMAND=${command}`, 'SSH_CONNECTION=192.0.2.7 1 192.0.2.8 2'];
    const serve = [join(vault.library, 'skills-vault'), 'vault', 'serve', '--role', 'writer'];
    const ids = ['--reuid', vault.accounts.writer, '--regid', vault.accounts.writer, '--init-groups'];
    return spawnSync('setpriv', [...ids, ...environment, ...serve, '--settings', vault.settingsPath], {
      input,
      encoding: 'utf8',
      cwd: '/',
    });
  };
  const uidOf = (account: string): number => Number(execFileSync('id', ['-u', account], { encoding: 'utf8' }));

  it('takes an archive from the one, and gives it to the other for ever', async () => {
    const client = await open();
    expect(await client.hello()).toMatchObject({ role: 'writer', isProvisioned: true, warnings: [] });
    first = await nights.build(today, { 'uploads/a': randomBytes(3 * MIB), 'uploads/b': 'small' });
    const receipt = await nights.send(client, today, first);
    expect(receipt).toMatchObject({ already: false, index: first.index });

    const path = join(vault.directory, today);
    const { uid, gid, mode, nlink } = statSync(path);
    expect([uid, mode & 0o7777, nlink]).toEqual([uidOf(vault.accounts.keeper), 0o440, 1]);
    expect(gid).toBe(statSync(vault.directory).gid);
    expect(await client.verify(today, 'full')).toMatchObject({ isSound: true });
    const bytes = readFileSync(path);
    for (const attempt of [
      `cat '${path}'`,
      `echo x >> '${path}'`,
      `chmod 600 '${path}'`,
      `rm -f '${path}'`,
      `mv '${path}' '${path}.old'`,
      `touch -d 1970-01-01 '${path}'`,
      `echo x > '${vault.directory}/planted'`,
      `ls '${vault.directory}'`,
      `cat '${vault.directory}/.vault/ledger.jsonl'`,
      `chmod 000 '${incoming}'`,
      `mv '${incoming}' '${vault.directory}/elsewhere'`,
      `echo x >> '${vault.log}/vault.log'`,
    ]) {
      expect({ attempt, ...asWriter(attempt) }).not.toMatchObject({ code: 0 });
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('lays the emergency card beside the archives, for its operators to read and for nobody to write', async () => {
    const path = join(vault.directory, 'CARTE-URGENCE.md');
    const { uid, gid, mode } = statSync(path);
    expect([uid, gid, mode & 0o7777]).toEqual([uidOf(vault.accounts.keeper), statSync(vault.directory).gid, 0o444]);
    const text = readFileSync(path, 'utf8');
    for (const attempt of [
      `echo x >> '${path}'`,
      `rm -f '${path}'`,
      `chmod 600 '${path}'`,
      `mv '${path}' '${path}.old'`,
    ]) {
      expect({ attempt, ...asWriter(attempt) }).not.toMatchObject({ code: 0 });
    }
    expect(text).toBe(CARD_TEXT);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('94: keeps a sticky incoming area that belongs to the keeper, and segments open to its group alone', async () => {
    const { uid, mode } = statSync(incoming);
    expect([uid, mode & 0o7777]).toEqual([uidOf(vault.accounts.keeper), 0o1770]);
    const night = await nights.build(yesterday, { 'uploads/c': randomBytes(100_000) });
    execFileSync('chmod', ['0600', ...night.segments]);
    const client = await open();
    await client.upload(night.segments);
    const segment = join(incoming, basename(night.segments[0] ?? ''));
    expect(statSync(segment)).toMatchObject({ uid: uidOf(vault.accounts.writer) });
    expect(statSync(segment).mode & 0o007).toBe(0);
    expect(await client.seal(yesterday, night.recipePath)).toMatchObject({ already: false });
    expect(readdirSync(incoming)).toEqual([]);
  });

  it('keeps a log that only the keeper writes: a line for each request, seal and refusal', async () => {
    const about = lstatSync(join(vault.log, 'vault.log'));
    expect([about.uid, about.mode & 0o022]).toEqual([uidOf(vault.accounts.keeper), 0]);
    expect(there.logged().find((line) => line.includes(`seal ${today}: ${today} is sealed`))).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z writer 127\.0\.0\.1 seal .* \d+\.\d s$/,
    );
    expect(await there.waitForLog('rsync: received')).toContain(' writer 127.0.0.1 rsync: received, ');
    for (const [command, shown] of [
      ['rm -rf /', 'rm -rf /'],
      ['hello\u001b[2J\nforged line', String.raw`hello\u001b[2J\nforged line`],
      [`read ${today}`, 'a writer may not ask this vault for read'],
      ['rsync --server --sender -e.LsfxCIvu . .', 'receives segments with rsync, and nothing else'],
      ['note forged', 'this vault knows no such request'],
      [`x${'y'.repeat(5000)}`, 'this account runs no commands'],
    ] as const) {
      const { status, stdout, stderr } = ask(command);
      expect(status).toBe(1);
      if (!command.startsWith('rsync')) expect(stdout).toMatch(/^\{"error":\{"kind":"refused".*\}\n$/);
      expect(stderr).toContain('skills-vault: refused or failed: ');
      const line = await there.waitForLog(shown);
      expect(line).toMatch(/^\S+ writer 192\.0\.2\.7 /);
      expect(line.length).toBeLessThan(1001);
    }
    expect(readFileSync(join(vault.log, 'vault.log'), 'utf8').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }, 60_000);

  it('99: lets the account ask the keeper for its own words alone, whatever it says to sudo', () => {
    const wrapper = join(vault.library, 'answer-writer');
    const sudo = (...words: string[]) =>
      there.runAs(vault.accounts.writer, ['sudo', '-n', '-u', vault.accounts.keeper, ...words]);
    expect(sudo(wrapper, 'hello')).toMatchObject({ code: 0, text: expect.stringContaining('"role":"writer"') });
    for (const words of [
      ['--role', 'reader', 'read', today],
      ['--client', 'x', '--role', 'reader', 'read', today],
      ['read', today],
      ['rsync', '--server', '-Ie.LsfxCIvu', '.', '.'],
      ['--settings', '/tmp/x', 'hello'],
    ]) {
      const { code, text } = sudo(wrapper, ...words);
      expect(code).toBe(3);
      expect(text).toContain('"kind":"refused"');
    }
    expect(sudo(join(vault.library, 'answer-reader'), 'hello').code).not.toBe(0);
    expect(sudo('id').code).not.toBe(0);
    expect(sudo(`NODE_OPTIONS=--version`, wrapper, 'hello').code).not.toBe(0);
  });

  it('says what is missing where nobody can reach the keeper', async () => {
    const rule = join('/etc/sudoers.d', vault.name);
    const text = readFileSync(rule);
    rmSync(rule);
    try {
      await expect((await open()).hello()).rejects.toMatchObject({
        kind: 'vault',
        message: expect.stringMatching(/not set up: sudo does not let this account ask .* password is required/),
      });
    } finally {
      writeFileSync(rule, text, { mode: 0o440 });
    }
    expect(await (await open()).hello()).toMatchObject({ isProvisioned: true });
  });

  it('92, 93: refuses links, folders and FIFOs that the account itself has planted', async () => {
    const name = today.replace('.tar', '_11-00-00.tar');
    const night = await nights.build(name, { 'uploads/d': randomBytes(50_000) });
    const segment = join(incoming, basename(night.segments[0] ?? ''));
    const client = await open();
    for (const plant of [
      `ln -s ../.vault/ledger.jsonl '${segment}'`,
      `mkdir '${segment}'`,
      `mkfifo '${segment}'`,
      `: > '${segment}.x' && ln '${segment}.x' '${segment}'`,
    ]) {
      expect(asWriter(plant)).toMatchObject({ code: 0 });
      await expect(client.seal(name, night.recipePath)).rejects.toMatchObject({ kind: 'refused' });
      asWriter(`rm -rf '${incoming}'/*`);
    }
    // A link to the keeper's folder, and then a push through it.
    asWriter(`ln -s ../.vault '${incoming}/x'`);
    const { stderr } = ask('rsync --server -Ie.LsfxCIvu --partial . .incoming/x/');
    expect(stderr).not.toContain('ledger');
    asWriter(`rm -f '${incoming}/x'`);
    expect(readdirSync(join(vault.directory, '.vault', 'planning'))).toEqual([]);
  });

  it('finishes a seal that was cut before it greets anybody', async () => {
    const ledger = join(vault.directory, '.vault', 'ledger.jsonl');
    const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
    const { previous: _, ...entry } = JSON.parse(lines.at(-1) ?? '') as { name: string; previous: string };
    const asKeeper = (...words: string[]) =>
      expect(there.runAs(vault.accounts.keeper, words)).toMatchObject({ code: 0 });
    // As a kill between the link and the ledger's line leaves it.
    const assembled = join(vault.directory, '.vault', 'assembly', entry.name);
    asKeeper('ln', join(vault.directory, entry.name), assembled);
    asKeeper('truncate', '-s', String(Buffer.byteLength(lines.slice(0, -1).join('\n')) + 1), ledger);
    const note = JSON.stringify({ assembled: entry.name, entry });
    asKeeper('sh', '-c', `printf '%s' '${note}' > '${vault.directory}/.vault/pending.json'`);
    expect((await (await open()).hello(entry.name)).asked).toMatchObject({ name: entry.name });
    expect(readFileSync(ledger, 'utf8').trimEnd().split('\n')).toEqual(lines);
    expect(statSync(join(vault.directory, entry.name)).nlink).toBe(1);
  });

  it('reads for a restore, which brings nothing', async () => {
    const reader = await open('reader');
    expect(await reader.hello()).toMatchObject({ role: 'reader' });
    expect((await reader.status()).ledger).toMatchObject({ isIntact: true });
    let bytes = 0;
    for await (const chunk of await reader.readRanges(today, [{ offset: 0, length: 4 * 4096 }])) {
      bytes += (chunk as Buffer).length;
    }
    expect(bytes).toBe(4 * 4096);
    const file = join(scratch, `${'d'.repeat(64)}.segment`);
    writeFileSync(file, 'x');
    await expect(reader.upload([file])).rejects.toMatchObject({ kind: 'refused' });
  });

  it('tells the reader, and nobody else, what an archive of the former script holds, once it was adopted', async () => {
    const name = 'backup_full_2024-01-31_03-00.tar.gz';
    execFileSync('tar', ['czf', join(vault.directory, name), '-C', scratch, '.']);
    const options = ['vault', 'adopt', '--no-survey', '--json', '--settings', vault.settingsPath];
    execFileSync(join(vault.library, 'skills-vault'), options, { cwd: '/' });
    const reader = await open('reader');
    const told: Buffer[] = [];
    for await (const chunk of await reader.readSurvey(name)) told.push(chunk as Buffer);
    expect(JSON.parse(Buffer.concat(told).toString().split('\n', 1)[0] ?? '')).toMatchObject({ format: 3, name });
    const kept = statSync(join(vault.directory, '.vault/surveys', `${name}.jsonl.gz`));
    expect([kept.uid, kept.mode & 0o7777]).toEqual([uidOf(vault.accounts.keeper), 0o600]);
    expect(ask(`survey ${name}`).stdout).toMatch(/a writer may not ask this vault for survey/);
  });

  it('is asked as well where an administrator wrote the settings in another form of YAML', () => {
    const plain = readFileSync(vault.settingsPath, 'utf8');
    try {
      writeFileSync(vault.settingsPath, plain.replace(/^log: (.*)$/m, 'log: "$1"'));
      expect(ask('hello').stdout).toContain('"isProvisioned":true');
      there.setBudgets('reserve: much');
      expect(ask('hello').stdout).toMatch(/"kind":"config".*budgets\.reserve/);
    } finally {
      writeFileSync(vault.settingsPath, plain);
    }
  });

  it('is answered by nobody but its keeper', () => {
    const answer = ['vault', 'answer', '--role', 'writer', '--settings', vault.settingsPath, 'hello'];
    const { stdout } = spawnSync(process.execPath, [join(vault.library, 'vault.mjs'), ...answer], { encoding: 'utf8' });
    expect(stdout).toContain(`belongs to the account ${vault.accounts.keeper}, and this is ${userInfo().username}`);
  });

  it('a client that goes away in the middle of an upload leaves no process behind', async () => {
    const ids = ['--reuid', vault.accounts.writer, '--regid', vault.accounts.writer, '--init-groups'];
    const environment = ['env', '-i', 'SSH_ORIGINAL_COMMAND=rsync --server -Ie.LsfxCIvu --partial . .'];
    const serve = [join(vault.library, 'skills-vault'), 'vault', 'serve', '--role', 'writer'];
    const child = spawn('setpriv', [...ids, ...environment, ...serve, '--settings', vault.settingsPath], { cwd: '/' });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdin.end();
    expect(await new Promise((resolve) => child.once('close', resolve))).not.toBe(0);
    const left = spawnSync('pgrep', ['-u', vault.accounts.writer, 'rsync'], { encoding: 'utf8' }).stdout;
    expect(left).toBe('');
  });
});
