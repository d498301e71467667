import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attackVault, attempts, type AttackResult } from '../../src/operations/attack.ts';
import { backup } from '../../src/operations/backup.ts';
import { renderAttack } from '../../src/report/attack-report.ts';
import { writeForcedCommand } from '../fixtures/forced-command.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
beforeAll(async () => {
  one = await createPlatform({ vault: 'ssh', files: { small: 'content' } });
  await backup(one.platform, { trigger: 'nightly' });
  await backup(one.platform, { trigger: 'manual' });
});
afterAll(() => one.stop());

const authorized = () => join(one.sshVault?.sshd.directory ?? '', 'authorized_keys');
/** With the writer's key leading elsewhere. */
async function attackWith(areas: string, change: (line: string) => string): Promise<AttackResult> {
  const lines = readFileSync(authorized(), 'utf8');
  writeFileSync(authorized(), lines.replace(/^.* writer$/m, change));
  try {
    return await attackVault(one.platform, {
      attempts: attempts.filter(({ area }) => areas.split(' ').includes(area)),
    });
  } finally {
    writeFileSync(authorized(), lines);
  }
}
const archives = () => readdirSync(one.vaultDirectory).filter((name) => name.startsWith('backup_'));
const through = ({ attempts: all }: AttackResult) =>
  all.filter(({ verdict }) => verdict === 'succeeded').map(({ what }) => what);

describe('doctor --attack', () => {
  it('finds every attempt refused by a forced command, and changes no archive (faults 95, 99, 100, 101)', async () => {
    const look = () =>
      archives().map((name) => {
        const { mtimeMs, mode, size, ino } = statSync(join(one.vaultDirectory, name));
        return { name, mtimeMs, mode, size, ino };
      });
    const before = look();
    const result = await attackVault(one.platform, { limitMs: 180_000 });
    const unclear = result.attempts.filter(({ verdict }) => verdict !== 'refused');
    expect(unclear.map(({ what, evidence }) => `${what}: ${evidence}`)).toEqual([]);
    expect(result).toMatchObject({ verdict: 'refused', exitCode: 0, isProvisioned: false });
    expect(result.attempts).toHaveLength(attempts.length);
    expect(look()).toEqual(before);
    const incoming = join(one.vaultDirectory, '.incoming');
    const left = readdirSync(incoming).map((name) => statSync(join(incoming, name)).size);
    expect(left.reduce((sum, size) => sum + size, 0)).toBeLessThan(10);
    expect(renderAttack(result)).toMatch(/^PASSED: .*\n.*a single flaw would be enough/m);
  });

  it('says at once that an account with a shell is lost', async () => {
    const result = await attackWith('shell words', (line) => line.slice(line.indexOf('ssh-rsa ')));
    expect(result).toMatchObject({ verdict: 'succeeded', exitCode: 1, attempts: [{ verdict: 'succeeded' }] });
    expect(renderAttack(result)).toContain("FAILED: not provisioned. Production's key has a shell");
  });

  it('finds what a key without "restrict" may do', async () => {
    const sockets = () => readdirSync('/tmp').filter((name) => name.startsWith('skills-vault-probe-'));
    const before = sockets();
    const result = await attackWith('shell forwarding', (line) => line.replace('restrict,', ''));
    // sshd leaves it there (docs/attack.md).
    for (const name of sockets().filter((each) => !before.includes(each))) rmSync(join('/tmp', name));
    expect(through(result)).toEqual([
      'be given a terminal',
      'reach a port of the vault’s own (ssh -L)',
      'reach another machine by name through the vault (ssh -D, -W)',
      'have the vault listen on a port for us (ssh -R)',
      'have the vault listen on a Unix socket for us',
      'hand over an SSH agent',
    ]);
    expect(result).toMatchObject({ verdict: 'succeeded', exitCode: 1 });
  });

  it('finds a key that has been given the wrong role', async () => {
    const { bundlePath = '', directory = '' } = one.sshVault ?? {};
    const owner = writeForcedCommand(bundlePath, 'writer', directory).replace('--role writer', '--role owner');
    const result = await attackWith('words', (line) => line.replace(/command=".*?" /, `command="${owner}" `));
    expect(through(result)).toEqual(
      expect.arrayContaining(['read the newest archive’s first byte', 'read the index of an older archive']),
    );
  });

  it('finds rsync behind a forced command that lets any options through', async () => {
    const loose = 'case $SSH_ORIGINAL_COMMAND in rsync*) $SSH_ORIGINAL_COMMAND;; *) VAULT;; esac';
    const result = await attackWith('rsync', (line) =>
      line.replace(/command="(.*?)" /, (_all, vault: string) => `command="${loose.replace('VAULT', vault)}" `),
    );
    expect(through(result)).toEqual(
      expect.arrayContaining([
        'rsync --delete',
        'rsync --inplace',
        'keep symbolic links (-l)',
        'rsync --write-devices',
      ]),
    );
  });

  it('finds files that go elsewhere, or are too large, although an earlier probe has left its own', async () => {
    const elsewhere = join(one.directory, 'elsewhere');
    mkdirSync(elsewhere);
    const loose = `case $SSH_ORIGINAL_COMMAND in rsync*) rsync --server -Ie.LsfxCIvu . ${elsewhere}/;; *) VAULT;; esac`;
    const result = await attackWith('incoming', (line) =>
      line.replace(/command="(.*?)" /, (_all, vault: string) => `command="${loose.replace('VAULT', vault)}" `),
    );
    expect(result.attempts.map(({ verdict }) => verdict)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  it('does not take a connection that breaks for a refusal of a large file', async () => {
    const broken = 'case $SSH_ORIGINAL_COMMAND in rsync*) exit 9;; *) VAULT;; esac';
    const result = await attackWith('incoming', (line) =>
      line.replace(/command="(.*?)" /, (_all, vault: string) => `command="${broken.replace('VAULT', vault)}" `),
    );
    expect(result.attempts.map(({ verdict }) => verdict)).toEqual(Array(3).fill('inconclusive'));
  });

  it('has nothing to attack in a directory of this host', async () => {
    const local = await one.reconfigure((yaml) => yaml.replace(/^vault: .*$/m, 'vault: {path: vault}'));
    await expect(attackVault(local)).rejects.toMatchObject({ kind: 'config' });
  });
});
