import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openSession } from '../../src/vault/client/session.ts';
import { openSshTransport } from '../../src/vault/client/ssh-transport.ts';
import type { VaultClient } from '../../src/vault/vault-client.ts';
import type { Night } from '../fixtures/assemble.ts';
import { canProvision, startProvisionedVault, type ProvisionedVault } from '../fixtures/provisioned-vault.ts';
import { makeNightVault, nightName, type NightVault } from '../fixtures/vault-nights.ts';

const [yesterday, today] = [nightName(-1), nightName()];
const MIB = 1024 * 1024;
if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');

(canProvision ? describe : describe.skip)('a vault of two accounts', () => {
  let vault: ProvisionedVault;
  let nights: NightVault;
  let scratch: string;
  let first: Night;
  const opened: VaultClient[] = [];

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'continuity-accounts-'));
    nights = makeNightVault();
    vault = await startProvisionedVault();
    setBudgets('reserve: 1MB');
  }, 120_000);
  afterAll(async () => {
    await vault.stop();
    nights.remove();
    rmSync(scratch, { recursive: true });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
  });

  /** The settings as the administrator would change them. */
  function setBudgets(budgets: string): void {
    const lines = readFileSync(vault.settingsPath, 'utf8')
      .split('\n')
      .filter((line) => !line.startsWith('budgets:'));
    writeFileSync(vault.settingsPath, `${lines.join('\n')}\nbudgets: { ${budgets} }\n`);
  }

  async function open(role: 'writer' | 'reader' = 'writer'): Promise<VaultClient> {
    const transport = await openSshTransport({
      host: vault.host,
      port: vault.port,
      user: vault.accounts[role],
      directory: vault.directory,
      key: { file: vault.keyPath(role) },
      knownHostsPath: vault.knownHostsPath,
      bundlePath: '/nonexistent',
      privateDirectory: scratch,
      log: silent,
      attempts: 1,
      retryDelayMs: 50,
    });
    const client = openSession(transport);
    opened.push(client);
    return client;
  }

  /** Runs a program as somebody who has taken the account over. */
  const runAs = (account: string, ...words: string[]): { code: number | null; text: string } => {
    const ids = ['--reuid', account, '--regid', account, '--init-groups', '--reset-env'];
    const { status, stdout, stderr } = spawnSync('setpriv', [...ids, ...words], { encoding: 'utf8', cwd: '/' });
    return { code: status, text: stdout + stderr };
  };
  const asWriter = (script: string) => runAs(vault.accounts.writer, 'sh', '-c', script);
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
  const logged = (): string[] => readFileSync(join(vault.log, 'vault.log'), 'utf8').trimEnd().split('\n');
  const waitForLog = async (text: string): Promise<string> => {
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
      const line = existsSync(join(vault.log, 'vault.log')) && logged().findLast((each) => each.includes(text));
      if (line) return line;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no line ${text} in:\n${logged().join('\n')}`);
  };
  const incoming = () => join(vault.directory, '.incoming');

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
      `chmod 000 '${incoming()}'`,
      `mv '${incoming()}' '${vault.directory}/elsewhere'`,
      `echo x >> '${vault.log}/vault.log'`,
    ]) {
      expect({ attempt, ...asWriter(attempt) }).not.toMatchObject({ code: 0 });
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('94: keeps a sticky incoming area that belongs to the keeper, and segments open to its group alone', async () => {
    const { uid, mode } = statSync(incoming());
    expect([uid, mode & 0o7777]).toEqual([uidOf(vault.accounts.keeper), 0o1770]);
    const night = await nights.build(yesterday, { 'uploads/c': randomBytes(100_000) });
    execFileSync('chmod', ['0600', ...night.segments]);
    const client = await open();
    await client.upload(night.segments);
    const segment = join(incoming(), basename(night.segments[0] ?? ''));
    expect(statSync(segment)).toMatchObject({ uid: uidOf(vault.accounts.writer) });
    expect(statSync(segment).mode & 0o007).toBe(0);
    expect(await client.seal(yesterday, night.recipePath)).toMatchObject({ already: false });
    expect(readdirSync(incoming())).toEqual([]);
  });

  it('keeps a log that only the keeper writes: a line for each request, seal and refusal', async () => {
    const about = lstatSync(join(vault.log, 'vault.log'));
    expect([about.uid, about.mode & 0o022]).toEqual([uidOf(vault.accounts.keeper), 0]);
    expect(logged().find((line) => line.includes(`seal ${today}: ${today} is sealed`))).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z writer 127\.0\.0\.1 seal .* \d+\.\d s$/,
    );
    expect(await waitForLog('rsync: received')).toContain(' writer 127.0.0.1 rsync: received, ');
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
      const line = await waitForLog(shown);
      expect(line).toMatch(/^\S+ writer 192\.0\.2\.7 /);
      expect(line.length).toBeLessThan(1001);
    }
    expect(readFileSync(join(vault.log, 'vault.log'), 'utf8').replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }, 60_000);

  it('99: lets the account ask the keeper for its own words alone, whatever it says to sudo', () => {
    const wrapper = join(vault.library, 'answer-writer');
    const sudo = (...words: string[]) =>
      runAs(vault.accounts.writer, 'sudo', '-n', '-u', vault.accounts.keeper, ...words);
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

  it('98: ends an upload that goes past the budget while it runs, and starts none after it', async () => {
    setBudgets('reserve: 1MB, incoming: 20MB');
    const files = [1, 2].map((number) => join(scratch, `${String(number).repeat(64)}.segment`));
    for (const file of files) writeFileSync(file, randomBytes(30 * MIB));
    const client = await open();
    const failure = { kind: 'space', message: expect.stringContaining('(budgets.incoming)') };
    await expect(client.upload(files)).rejects.toMatchObject(failure);
    await expect(client.upload([files[1] ?? ''])).rejects.toMatchObject(failure);
    expect(await waitForLog('rsync: refused: not enough space')).toContain('no more than 20 MB may');
    const sizes = readdirSync(incoming()).map((name) => statSync(join(incoming(), name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(61 * MIB);

    setBudgets('reserve: 1MB, incoming-files: 1');
    writeFileSync(files[0] ?? '', 'x');
    writeFileSync(files[1] ?? '', 'x');
    await expect(client.upload(files)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('(budgets.incoming-files)'),
    });
    setBudgets('reserve: 900TB');
    await expect(client.upload(files)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('(budgets.reserve)'),
    });
    setBudgets('reserve: 1MB');
    asWriter(`rm -f '${incoming()}'/*`);
  });

  it('counts a sparse file as what it claims to be', async () => {
    asWriter(`truncate -s 5T '${incoming()}/${'a'.repeat(64)}.segment'`);
    const file = join(scratch, `${'b'.repeat(64)}.segment`);
    writeFileSync(file, 'x');
    await expect((await open()).upload([file])).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('not enough space'),
    });
    asWriter(`rm -f '${incoming()}'/*`);
  });

  it('no file becomes larger than a segment', async () => {
    const file = join(scratch, `${'c'.repeat(64)}.segment`);
    execFileSync('truncate', ['-s', '80M', file]);
    await expect((await open()).upload([file])).rejects.toMatchObject({ kind: 'vault' });
    for (const name of readdirSync(incoming())) {
      expect(statSync(join(incoming(), name)).size).toBeLessThan(74 * MIB);
    }
    asWriter(`rm -f '${incoming()}'/* '${incoming()}'/.[!.]*`);
  });

  it('92, 93: refuses links, folders and FIFOs that the account itself has planted', async () => {
    const name = today.replace('.tar', '_11-00-00.tar');
    const night = await nights.build(name, { 'uploads/d': randomBytes(50_000) });
    const segment = join(incoming(), basename(night.segments[0] ?? ''));
    const client = await open();
    for (const plant of [
      `ln -s ../.vault/ledger.jsonl '${segment}'`,
      `mkdir '${segment}'`,
      `mkfifo '${segment}'`,
      `: > '${segment}.x' && ln '${segment}.x' '${segment}'`,
    ]) {
      expect(asWriter(plant)).toMatchObject({ code: 0 });
      await expect(client.seal(name, night.recipePath)).rejects.toMatchObject({ kind: 'refused' });
      asWriter(`rm -rf '${incoming()}'/*`);
    }
    // A link to the keeper's folder, and then a push through it.
    asWriter(`ln -s ../.vault '${incoming()}/x'`);
    const { stderr } = ask('rsync --server -Ie.LsfxCIvu --partial . .incoming/x/');
    expect(stderr).not.toContain('ledger');
    asWriter(`rm -f '${incoming()}/x'`);
    expect(readdirSync(join(vault.directory, '.vault', 'planning'))).toEqual([]);
  });

  it('seals no more than the day allows, and says until when', async () => {
    setBudgets('reserve: 1MB, seals-per-day: 2');
    const name = today.replace('.tar', '_12-00-00.tar');
    const night = await nights.build(name, { 'uploads/e': randomBytes(50_000) });
    const client = await open();
    await expect(nights.send(client, name, night)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /2 archives sealed within 24 hours.* no more than 2; possible again from \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Paris on \(budgets\.seals-per-day\)/,
      ),
      next: expect.stringContaining('/etc/skills-vault.yml'),
    });
    // What was sealed is sealed: its receipt is no new seal.
    expect(await nights.send(client, today, first)).toMatchObject({ already: true });
    setBudgets('reserve: 1MB, new-bytes-per-day: 3200kB');
    await expect(nights.send(client, name, night)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('budgets.new-bytes-per-day'),
    });
    setBudgets('reserve: 1MB');
    expect(await nights.send(client, name, night)).toMatchObject({ already: false });
  });

  it('finishes a seal that was cut before it greets anybody', async () => {
    const ledger = join(vault.directory, '.vault', 'ledger.jsonl');
    const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
    const { previous: _, ...entry } = JSON.parse(lines.at(-1) ?? '') as { name: string; previous: string };
    const asKeeper = (...words: string[]) => expect(runAs(vault.accounts.keeper, ...words)).toMatchObject({ code: 0 });
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

  it('is asked as well where an administrator wrote the settings in another form of YAML', () => {
    const plain = readFileSync(vault.settingsPath, 'utf8');
    try {
      writeFileSync(vault.settingsPath, plain.replace(/^log: (.*)$/m, 'log: "$1"'));
      expect(ask('hello').stdout).toContain('"isProvisioned":true');
      setBudgets('reserve: much');
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
