import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { adoptArchives } from '../../src/operations/adopt.ts';
import { list } from '../../src/operations/list.ts';
import { restore } from '../../src/operations/restore.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

describe('an archive of the former script in a vault that is a folder of this machine', () => {
  const name = 'backup_full_2024-01-31_03-00.tar.gz';
  let place: TestPlatform;
  beforeAll(async () => {
    place = await createPlatform({ files: { 'student_0001/cv.pdf': 'cv' } });
    mkdirSync(place.vaultDirectory);
    execFileSync('tar', ['czf', join(place.vaultDirectory, name), '-C', join(place.uploads, '..'), 'uploads']);
  });
  afterAll(() => place.stop());

  it('is none to a restore before it is taken over, which is told with what takes it over', async () => {
    const confirm = async () => true;
    await expect(restore(place.platform, { archive: name, confirm })).rejects.toMatchObject({
      kind: 'usage',
      next: `${name} is on disk, but not in the ledger: an archive of the former script, which adopt takes over.`,
    });
  });

  it('is shown first, then taken over, once', async () => {
    const adopt = (isDryRun: boolean) => adoptArchives(place.platform, { isDryRun, skipsSurvey: false });
    expect(await adopt(true)).toMatchObject({ adopted: [{ name }], known: 0 });
    expect(await list(place.platform)).toEqual([]);
    expect(await adopt(false)).toMatchObject({ adopted: [{ name }], surveys: { made: 1, unfit: [] } });
    expect(await list(place.platform)).toMatchObject([{ name, isForeign: true }]);
    expect(await adopt(false)).toMatchObject({ adopted: [], known: 1 });
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('is left alone where the folder is of another account, whose ledger this would not be', async () => {
    for (const folder of ['.', '.vault']) chownSync(join(place.vaultDirectory, folder), 65534, 65534);
    const options = { isDryRun: false, skipsSurvey: true };
    await expect(adoptArchives(place.platform, options)).rejects.toMatchObject({
      kind: 'refused',
      message: `the vault ${place.vaultDirectory} belongs to the account 65534`,
      next: expect.stringContaining('Run it as that account'),
    });
    // A disk may be somebody else's: the ledger counts.
    chownSync(join(place.vaultDirectory, '.vault'), 0, 0);
    expect(await adoptArchives(place.platform, options)).toMatchObject({ known: 1, left: [] });
    chownSync(place.vaultDirectory, 0, 0);
  });

  it('is not looked for where there is no vault, and none is made', async () => {
    const platform = await place.reconfigure((yaml) => yaml.replace('{path: vault}', '{path: unmounted/vault}'));
    const options = { isDryRun: true, skipsSurvey: true };
    await expect(adoptArchives(platform, options)).rejects.toMatchObject({ kind: 'vault' });
    expect(existsSync(join(place.directory, 'unmounted'))).toBe(false);
  });

  it('is left to the keeper of a vault elsewhere', async () => {
    const { config } = place.platform;
    const elsewhere = { kind: 'ssh', host: 'tc-portail' } as typeof config.vault;
    const platform = { ...place.platform, config: { ...config, vault: elsewhere } };
    await expect(adoptArchives(platform, { isDryRun: true, skipsSurvey: false })).rejects.toMatchObject({
      kind: 'refused',
      message: 'the archives on tc-portail belong to its keeper',
      next: expect.stringContaining('skills-vault vault adopt'),
    });
  });
});
