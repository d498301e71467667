import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { list } from '../../src/operations/list.ts';
import { restore, type RestoreResult } from '../../src/operations/restore.ts';
import { adoptInto, digestDatabase, runFormerScript } from '../fixtures/former-script.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

const night = 'backup_full_2024-01-31_03-00.tar.gz';
const files = {
  'student_0001/portfolio/index.html': '<h1>Portfolio</h1>',
  'student_0001/cv.pdf': Buffer.alloc(100_000, 'cv'),
  'student_0002/empty': '',
  'été/note à moi.txt': 'texte',
};
const databases = ['skills_hub', 'keycloak', 'odoo', 'mattermost'];
const dumps = {
  '2024-01-31/db/skills_db.sql': { database: 'skills_hub' },
  '2024-01-31/db/keycloak.sql': { database: 'keycloak' },
  '2024-01-31/db/odoo.sql': { database: 'odoo' },
  '2024-01-31/db/mattermost.sql': { database: 'mattermost' },
};

let place: TestPlatform;
const cluster = () => place.cluster!;
const digests = () => Promise.all(databases.map((name) => digestDatabase(cluster(), name)));
const run = (archive: string, changes: Partial<Parameters<typeof restore>[1]> = {}): Promise<RestoreResult> =>
  restore(place.platform, { archive, skipsSafetyBackup: true, confirm: async () => true, ...changes });

beforeAll(async () => {
  place = await createPlatform({ databases: 100, files });
  mkdirSync(place.vaultDirectory);
}, 60_000);
afterAll(() => place.stop());

describe('an archive of the former script', () => {
  it('restores by the same command, and everything is as it was', async () => {
    const before = await digests();
    await runFormerScript(join(place.vaultDirectory, night), {
      cluster: cluster(),
      dumps,
      folders: { '2024-01-31/uploads': place.uploads },
    });
    expect((await adoptInto(place.vaultDirectory)).adopted).toHaveLength(1);
    expect(await list(place.platform)).toEqual([
      expect.objectContaining({ name: night, isForeign: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    ]);

    await cluster().query('skills_hub', 'DELETE FROM public.activity;');
    await cluster().query('odoo', 'DROP SCHEMA public CASCADE;');
    rmSync(join(place.uploads, 'student_0001'), { recursive: true });
    writeFileSync(join(place.uploads, 'ransom.txt'), 'pay');

    const result = await run(night, { allowOldClient: true });
    expect(result.done).toBe(true);
    expect(result.plan.made).toBe('2024-01-31T02:00:00.000Z');
    expect(result.plan.warnings).toContainEqual(expect.stringMatching(/made by the former script: nothing proves it/));
    expect(await digests()).toEqual(before);
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(join(place.uploads, name)).equals(Buffer.from(content))).toBe(true);
    }
    expect(existsSync(join(place.uploads, 'ransom.txt'))).toBe(false);
    expect(readdirSync(place.state).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  }, 60_000);
});
