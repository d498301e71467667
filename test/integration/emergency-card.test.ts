import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silent } from '../../src/logging/logger.ts';
import { backup } from '../../src/operations/backup.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { status } from '../../src/operations/status.ts';
import { verify } from '../../src/operations/verify.ts';
import { loadVaultSettings } from '../../src/vault/settings/load.ts';
import { openStore } from '../../src/vault/store/layout.ts';
import { adopt } from '../../src/vault/upkeep/adopt.ts';
import { audit } from '../../src/vault/upkeep/audit.ts';
import { sweepIncoming } from '../../src/vault/upkeep/sweep.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { writeOwnSettings } from '../fixtures/upkeep-vault.ts';

const card = readFileSync(join(import.meta.dirname, '../../docs/carte-urgence.md'), 'utf8');

describe('the emergency card', () => {
  let one: TestPlatform;
  let archive: string;
  const laid = () => join(one.vaultDirectory, 'CARTE-URGENCE.md');
  const backUp = async () => (await backup(one.platform, { trigger: 'manual' })).archive;

  beforeAll(async () => {
    one = await createPlatform({ files: { file: 'content' } });
    archive = await backUp();
  });
  afterAll(() => one.stop());

  it('is in every archive, beside the dumps, as tar alone shows it, and such an archive is sound', async () => {
    const shown = execFileSync('tar', ['-xzOf', join(one.vaultDirectory, archive), 'CARTE-URGENCE.md']);
    expect(shown.toString()).toBe(card);
    expect((await verify(one.platform, { archive, level: 'full' })).isSound).toBe(true);
  });

  it('comes out with what is unpacked beside, also where only a part is', async () => {
    const directory = join(one.directory, 'beside');
    await extractArchive(one.platform, { archive, select: ['uploads'], directory });
    expect(readFileSync(join(directory, 'CARTE-URGENCE.md'), 'utf8')).toBe(card);
  });

  it('lies beside the archives for whoever gets there, and is nothing odd to the upkeep of the vault', async () => {
    expect(readFileSync(laid(), 'utf8')).toBe(card);
    expect(statSync(laid()).mode & 0o7777).toBe(0o444);
    const store = await openStore({ directory: one.vaultDirectory });
    expect((await audit({ store, logger: silent })).faults).toEqual([]);
    const settingsPath = join(one.directory, 'skills-vault.yml');
    writeOwnSettings(settingsPath, one.vaultDirectory, '');
    const settings = await loadVaultSettings(settingsPath);
    expect(await adopt({ store, settings, logger: silent })).toMatchObject({ adopted: [], left: [] });
    expect((await sweepIncoming({ store, settings, logger: silent })).junk).toEqual([]);
    expect((await status(one.platform)).state.warnings.filter((text) => text.includes('CARTE'))).toEqual([]);
  });

  it('is written by a seal where it is missing, older, or led elsewhere, and only then', async () => {
    const { ino } = statSync(laid());
    await backUp();
    expect(statSync(laid()).ino).toBe(ino);

    chmodSync(laid(), 0o644);
    writeFileSync(laid(), 'scp from somewhere else\n');
    const store = await openStore({ directory: one.vaultDirectory });
    expect((await audit({ store, logger: silent })).faults).toEqual(['CARTE-URGENCE.md has mode 0644 instead of 0444']);
    await backUp();
    expect(readFileSync(laid(), 'utf8')).toBe(card);

    const elsewhere = join(one.directory, 'elsewhere');
    writeFileSync(elsewhere, card, { mode: 0o444 });
    rmSync(laid());
    symlinkSync(elsewhere, laid());
    expect((await audit({ store, logger: silent })).faults).toEqual(['CARTE-URGENCE.md is no file']);
    await backUp();
    expect(readFileSync(laid(), 'utf8')).toBe(card);
    expect(readFileSync(elsewhere, 'utf8')).toBe(card);
    expect((await audit({ store, logger: silent })).faults).toEqual([]);
  });

  it('fails no seal where it cannot be laid', async () => {
    rmSync(laid());
    mkdirSync(join(laid(), 'in the way'), { recursive: true });
    const sealed = await backUp();
    expect((await verify(one.platform, { archive: sealed, level: 'seal' })).isSound).toBe(true);
    rmSync(laid(), { recursive: true });
  });
});
