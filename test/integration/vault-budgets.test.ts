import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startAccountVault, type AccountVault } from '../fixtures/account-vault.ts';
import type { Night } from '../fixtures/assemble.ts';
import { canProvision } from '../fixtures/provisioned-vault.ts';
import { nightName, type NightVault } from '../fixtures/vault-nights.ts';

const [yesterday, today] = [nightName(-1), nightName()];
const MIB = 1024 * 1024;
if (!canProvision) console.warn('skipped: accounts can be made by root only, with sudo, sshd and setpriv');

(canProvision ? describe : describe.skip)('what a vault of two accounts takes', () => {
  let there: AccountVault;
  let nights: NightVault;
  let scratch: string;
  let incoming: string;
  let newest: Night;

  beforeAll(async () => {
    there = await startAccountVault();
    ({ nights, scratch, incoming } = there);
    const client = await there.open();
    await nights.send(client, yesterday, await nights.build(yesterday, { 'uploads/a': randomBytes(100_000) }));
    newest = await nights.build(today, { 'uploads/b': randomBytes(3 * MIB), 'uploads/c': 'small' });
    await nights.send(client, today, newest);
  }, 120_000);
  afterAll(() => there.stop());
  afterEach(() => there.closeClients());

  const asWriter = (script: string) => there.runScript(there.vault.accounts.writer, script);

  it('98: ends an upload that goes past the budget while it runs, and starts none after it', async () => {
    there.setBudgets('reserve: 1MB, incoming: 20MB');
    const files = [1, 2].map((number) => join(scratch, `${String(number).repeat(64)}.segment`));
    for (const file of files) writeFileSync(file, randomBytes(30 * MIB));
    const client = await there.open();
    const failure = { kind: 'space', message: expect.stringContaining('(budgets.incoming)') };
    // On a busy machine the sender may see rsync end before the vault has said why; who tries again is told.
    await expect(client.upload(files)).rejects.toMatchObject({ kind: expect.stringMatching(/^(space|vault)$/) });
    await expect(client.upload([files[1] ?? ''])).rejects.toMatchObject(failure);
    expect(await there.waitForLog('rsync: refused: not enough space')).toContain('no more than 20 MB may');
    const sizes = readdirSync(incoming).map((name) => statSync(join(incoming, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(61 * MIB);

    there.setBudgets('reserve: 1MB, incoming-files: 1');
    writeFileSync(files[0] ?? '', 'x');
    writeFileSync(files[1] ?? '', 'x');
    await expect(client.upload(files)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('(budgets.incoming-files)'),
    });
    there.setBudgets('reserve: 900TB');
    await expect(client.upload(files)).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('(budgets.reserve)'),
    });
    there.setBudgets('reserve: 1MB');
    asWriter(`rm -f '${incoming}'/*`);
  });

  it('counts a sparse file as what it claims to be', async () => {
    asWriter(`truncate -s 5T '${incoming}/${'a'.repeat(64)}.segment'`);
    const file = join(scratch, `${'b'.repeat(64)}.segment`);
    writeFileSync(file, 'x');
    await expect((await there.open()).upload([file])).rejects.toMatchObject({
      kind: 'space',
      message: expect.stringContaining('not enough space'),
    });
    asWriter(`rm -f '${incoming}'/*`);
  });

  it('no file becomes larger than a segment', async () => {
    const file = join(scratch, `${'c'.repeat(64)}.segment`);
    execFileSync('truncate', ['-s', '80M', file]);
    await expect((await there.open()).upload([file])).rejects.toMatchObject({ kind: 'vault' });
    for (const name of readdirSync(incoming)) {
      expect(statSync(join(incoming, name)).size).toBeLessThan(74 * MIB);
    }
    asWriter(`rm -f '${incoming}'/* '${incoming}'/.[!.]*`);
  });

  it('seals no more than the day allows, and says until when', async () => {
    there.setBudgets('reserve: 1MB, seals-per-day: 2');
    const name = today.replace('.tar', '_12-00-00.tar');
    const night = await nights.build(name, { 'uploads/e': randomBytes(50_000) });
    const client = await there.open();
    await expect(nights.send(client, name, night)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(
        /2 archives sealed within 24 hours.* no more than 2; possible again from \d{4}-\d\d-\d\d \d\d:\d\d Europe\/Paris on \(budgets\.seals-per-day\)/,
      ),
      next: expect.stringContaining('/etc/skills-vault.yml'),
    });
    // What was sealed is sealed: its receipt is no new seal.
    expect(await nights.send(client, today, newest)).toMatchObject({ already: true });
    there.setBudgets('reserve: 1MB, new-bytes-per-day: 3200kB');
    await expect(nights.send(client, name, night)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('budgets.new-bytes-per-day'),
    });
    there.setBudgets('reserve: 1MB');
    expect(await nights.send(client, name, night)).toMatchObject({ already: false });
  });
});
