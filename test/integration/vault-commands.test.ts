import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { openLocalTransport } from '../../src/vault/client/local-transport.ts';
import { openSession } from '../../src/vault/client/session.ts';
import { readUpkeep } from '../../src/vault/upkeep/record.ts';
import { bundleVault } from '../fixtures/vault-bundle.ts';
import { startWebCatcher } from '../fixtures/web-catcher.ts';
import { daysBefore, makeUpkeepVault, type UpkeepVault } from '../fixtures/upkeep-vault.ts';

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? it : it.skip;

describe('the commands of the vault', () => {
  let bundle: string;
  let vault: UpkeepVault;
  beforeAll(async () => {
    bundle = await bundleVault('vault-upkeep');
  });
  beforeEach(async () => {
    vault = await makeUpkeepVault('retention: { keep-newest: 2 }\n');
  });
  afterEach(() => vault.remove());

  const start = (words: readonly string[], prefix: readonly string[] = []) => {
    const [program = '', ...args] = [...prefix, process.execPath, bundle, 'vault', ...words];
    const settings = words.includes('--settings') ? [] : ['--settings', vault.settingsPath];
    const { status, stdout, stderr } = spawnSync(program, [...args, ...settings], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const today = (daysAgo: number): number => daysBefore(Date.now(), daysAgo) - 60_000;

  it('prune, with and without --dry-run, for people and as JSON', async () => {
    const gone = await vault.seal(today(1900));
    await vault.seal(today(1));
    await vault.seal(today(0));
    const dry = start(['prune', '--dry-run']);
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toMatch(new RegExp(`PRUNE: FINE.*\n1 archive .* would be pruned; 3 archives kept\n[^]*${gone}`));
    expect(vault.archives()).toHaveLength(3);
    const { status, stdout } = start(['prune', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ verb: 'prune', isFine: true, pruned: [{ name: gone }], kept: 2 });
    expect(vault.archives()).toHaveLength(2);
  });

  it('refuse with exit code 9, and keep it for the status', async () => {
    const name = await vault.seal(today(3));
    const refused = start(['prune']);
    expect(refused.status).toBe(9);
    expect(refused.stdout).toMatch(
      /PRUNE: FAULT.*\nnothing pruned: .*more than 2 days\n[^]*a set that gets no new ones/,
    );
    expect(start(['freshness']).status).toBe(10);
    chmodSync(join(vault.directory, name), 0o644);
    expect(start(['audit']).status).toBe(6);
    const client = openSession(await openLocalTransport({ directory: vault.directory, log: silent }));
    const { upkeep } = await client.status();
    await client.close();
    expect(upkeep?.map(({ verb, isFine }) => [verb, isFine])).toEqual([
      ['audit', false],
      ['freshness', false],
      ['prune', false],
    ]);
  });

  it('sweep and scrub run as well, each with its record', async () => {
    expect(start(['sweep'])).toMatchObject({ status: 0, stdout: expect.stringContaining('SWEEP: FINE') });
    expect(start(['scrub'])).toMatchObject({ status: 0, stdout: expect.stringContaining('SCRUB: FINE') });
    expect((await readUpkeep(vault.store)).map(({ verb }) => verb)).toEqual(['scrub', 'sweep']);
  });

  it('retire asks for the name on a terminal, and does not without one unless told not to ask', async () => {
    const [older, newest] = [await vault.seal(today(1)), await vault.seal(today(0))];
    expect(start(['retire', older])).toMatchObject({ status: 2, stderr: expect.stringContaining('needs a reason') });
    const unasked = start(['retire', older, '--reason', 'test data']);
    expect(unasked).toMatchObject({ status: 9, stderr: expect.stringContaining('needs a confirmation') });
    expect(start(['retire', newest, '--reason', 'x', '--yes'])).toMatchObject({ status: 9 });
    expect(vault.archives()).toEqual([older, newest]);
    expect(start(['retire', older, '--reason', 'test data', '--yes'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(`^${older} .* is gone. In the ledger: test data\n$`),
    });
    expect(start(['retire', newest, '--reason', 'x', '--yes', '--even-newest'])).toMatchObject({ status: 0 });
    expect(vault.archives()).toEqual([]);
  });

  it('tell people of a fault, and once that it is over', async () => {
    const catcher = await startWebCatcher();
    const urlPath = join(vault.base, 'url');
    writeFileSync(urlPath, `${catcher.address}/hook`, { mode: 0o600 });
    const hooks = `alerts: { webhooks: [{ kind: json, url-file: ${urlPath} }] }\n`;
    writeFileSync(vault.settingsPath, readFileSync(vault.settingsPath, 'utf8') + hooks);
    // Not to wait for it as the others do: this process has to answer meanwhile.
    const run = async (): Promise<number | null> => {
      const words = [bundle, 'vault', 'freshness', '--settings', vault.settingsPath];
      const child = spawn(process.execPath, words, { stdio: 'ignore' });
      await once(child, 'exit');
      return child.exitCode;
    };
    expect(await run()).toBe(10);
    expect(await run()).toBe(10);
    expect(catcher.requests.map(({ body }) => body)).toEqual([expect.stringContaining('no backup of ours')]);
    await vault.seal(today(0));
    expect(await run()).toBe(0);
    expect(await run()).toBe(0);
    // One that breaks off is a fault too.
    rmSync(vault.directory, { recursive: true });
    writeFileSync(vault.directory, '');
    expect(await run()).toBe(3);
    await catcher.stop();
    expect(catcher.requests.map(({ body }) => (JSON.parse(body) as { event: string }).event)).toEqual([
      'fault',
      'recovery',
      'fault',
    ]);
  });

  it('say what is wrong with the settings, and with what was typed', () => {
    expect(start(['prune', '--settings', '/nowhere.yml'])).toMatchObject({ status: 3 });
    expect(start(['prune', '--force'])).toMatchObject({ status: 2 });
    expect(start(['prune', '--help']).stdout).toContain('--accept-clock');
    expect(start(['freshness'])).toMatchObject({ status: 10, stdout: expect.stringContaining('no backup of ours') });
  });

  asRoot('are the keeper’s: root becomes it, anybody else is told what to type', async () => {
    // Two accounts that every Debian has.
    const text = readFileSync(vault.settingsPath, 'utf8').replace(
      /keeper: \w+, writer: \w+/,
      'keeper: games, writer: nobody',
    );
    writeFileSync(vault.settingsPath, text);
    for (const path of [vault.base]) chmodSync(path, 0o755);
    spawnSync('chown', ['-R', 'games:games', vault.directory]);
    const foreign = join(vault.directory, 'backup_full_2025-07-31_03-00.tar.gz');
    writeFileSync(foreign, gzipSync('x'), { mode: 0o600 });
    expect(start(['adopt'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('1 archive of the former script'),
    });
    const games = statSync(vault.ledgerPath).uid;
    expect(games).not.toBe(0);
    expect(statSync(foreign)).toMatchObject({ uid: games, mode: 0o100440 });
    expect(start(['audit'])).toMatchObject({ status: 0 });
    const found = spawnSync('find', [vault.directory, '-not', '-user', 'games'], { encoding: 'utf8' });
    expect(found.stdout).toBe('');

    // Where that account cannot read the program, it has no say at all.
    const copy = join(vault.base, 'program');
    mkdirSync(copy, { mode: 0o755 });
    for (const name of ['index.js', 'package.json']) {
      writeFileSync(join(copy, name), readFileSync(join(bundle, '..', name)), { mode: 0o644 });
    }
    const other = spawnSync(
      'setpriv',
      [
        '--reuid=nobody',
        '--regid=nogroup',
        '--clear-groups',
        process.execPath,
        join(copy, 'index.js'),
        'vault',
        'prune',
        '--settings',
        vault.settingsPath,
      ],
      { encoding: 'utf8' },
    );
    expect(other).toMatchObject({
      status: 9,
      stderr: expect.stringContaining('Type: sudo -u games /usr/local/lib/skills-vault/skills-vault vault prune'),
    });
  });
});
