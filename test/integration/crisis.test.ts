import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { assessCrisis } from '../../src/operations/crisis.ts';
import type { CrisisOptions } from '../../src/operations/crisis/options.ts';
import { verify } from '../../src/operations/verify.ts';
import { renderCrisis } from '../../src/report/crisis-report.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
let oldest: string;
let clean: string;
let ruined: string;
let good: Date;

const backUp = async () => (await backup(one.platform, { trigger: 'manual' })).archive;
const assess = (changes: Partial<CrisisOptions> = {}) =>
  assessCrisis(one.platform, {
    scenario: 'c',
    lost: [],
    clone: '/opt/toolkit',
    configWords: [],
    repository: 'URL-DU-DEPOT',
    ...changes,
  });
const linesOf = ({ steps }: Awaited<ReturnType<typeof assess>>) => steps.flatMap(({ commands }) => commands);

beforeAll(async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`student_${at}/work.pdf`, randomBytes(150_000)]),
  );
  one = await createPlatform({ databases: 60, files });
  oldest = await backUp();
  writeFileSync(join(one.uploads, 'student_1/more.pdf'), 'one more');
  clean = await backUp();
  good = new Date();
  for (let at = 0; at < 20; at += 1) {
    writeFileSync(join(one.uploads, `student_${at}/work.pdf.locked`), randomBytes(150_000));
    rmSync(join(one.uploads, `student_${at}/work.pdf`));
  }
  await one.cluster?.query('keycloak', 'TRUNCATE user_entity CASCADE');
  ruined = await backUp();
}, 120_000);
afterAll(() => one.stop());

describe('a crisis', () => {
  it('B: takes the newest from before the date that is named, proves it, and shows the night that stands out', async () => {
    const result = await assess({ scenario: 'b', since: good });
    expect(result.archive).toMatchObject({ name: clean, proof: { level: 'seal', isNew: true } });
    expect(result.others.map(({ name }) => name)).toEqual([oldest]);
    expect(result.nights.map(({ name }) => name)).toEqual([oldest, clean, ruined]);
    const [, quiet, loud] = result.nights;
    expect(quiet?.marks).toEqual([]);
    expect(quiet?.files).toMatchObject({ uploads: { files: 21 } });
    expect(loud?.marks.join('\n')).toMatch(/\d\d+ % du contenu est nouveau\nkeycloak : \d+ → \d+ lignes/);
    const lines = linesOf(result);
    expect(lines[0]).toMatch(
      /^sudo infrastructure\/recovery\/revoke-writer-key\.sh --since "\d{4}-\d\d-\d\d \d\d:\d\d"$/,
    );
    expect(lines.find((line) => line.includes('recover.sh'))).toContain(`--scenario b ${clean} `);
    const text = renderCrisis(result, 'Europe/Paris');
    expect(text).toMatch(/>>> keycloak/);
    expect(text.indexOf('bonnes jusque-là')).toBeGreaterThan(text.indexOf(`=> ${clean}`));
    expect(text.indexOf('bonnes jusque-là')).toBeLessThan(text.indexOf(`   ${ruined}`));
  }, 60_000);

  it('B: without a date goes by the first night that stands out, and says that it is a guess', async () => {
    const result = await assess({ scenario: 'b' });
    expect(result).toMatchObject({ archive: { name: clean }, isGuess: true });
    expect(renderCrisis(result, 'Europe/Paris')).toContain('ATTENTION : aucune date donnée');
    expect(linesOf(result)[0]).toContain('--since "AAAA-MM-JJ HH:MM"');
  }, 60_000);

  it('A: asks for what was lost, from the newest before the loss, by the words of the restore', async () => {
    const lost = [
      { kind: 'path', name: 'uploads/student_1' },
      { kind: 'table', name: 'app.public.portfolio' },
      { kind: 'source', name: 'odoo' },
    ] as const;
    const result = await assess({ scenario: 'a', since: good, lost });
    expect(linesOf(result)).toEqual(
      expect.arrayContaining([
        'npm run -s continuity -- find uploads/student_1',
        `npm run -s continuity -- diff ${clean} live`,
        `npm run -s prod:restore -- ${clean} --path uploads/student_1 --dry-run`,
        `npm run -s prod:restore -- ${clean} --path uploads/student_1`,
        `npm run -s prod:restore -- ${clean} --table app.public.portfolio`,
        `npm run -s prod:restore -- ${clean} --select odoo`,
        'npm run -s prod:check-backup',
        'npm run -s continuity -- undo',
      ]),
    );
    expect(result.steps[0]?.title).not.toContain('clé');
    expect(result.nights).toEqual([]);
  }, 60_000);

  it('A: without a date takes the newest that still holds what was lost', async () => {
    const deleted = { kind: 'path', name: 'uploads/student_1/work.pdf' } as const;
    const result = await assess({ scenario: 'a', lost: [deleted] });
    expect(result).toMatchObject({ archive: { name: clean }, holdsLost: true, unseen: [] });
    expect(renderCrisis(result, 'Europe/Paris')).toMatch(
      /où il reste quelque chose à chaque chemin perdu[^]*Aucune date donnée : vérifier/,
    );
    const never = await assess({ scenario: 'a', lost: [deleted, { kind: 'path', name: 'uploads/nobody' }] });
    expect(never).toMatchObject({ archive: { name: ruined }, holdsLost: false, unseen: [{ what: 'holder' }] });
  }, 60_000);

  it('C: takes the newest, whatever happened to the data before', async () => {
    const result = await assess();
    expect(result.archive?.name).toBe(ruined);
    expect(linesOf(result).find((line) => line.includes('recover.sh'))).not.toContain('--scenario');
  }, 60_000);

  it('passes over what is damaged, and says so', async () => {
    flipByte(join(one.vaultDirectory, clean), 700);
    expect((await verify(one.platform, { archive: clean, level: 'full' })).isSound).toBe(false);
    const result = await assess({ scenario: 'b', since: good });
    expect(result).toMatchObject({ archive: { name: oldest }, passedOver: [{ name: clean, why: 'damaged' }] });
    expect(renderCrisis(result, 'Europe/Paris')).toContain(`Écartée (passed over): ${clean}, abîmée`);
  }, 60_000);

  it('finds nothing from before the first backup, says so, and still says what to type', async () => {
    const result = await assess({ scenario: 'b', since: new Date('2020-01-01T00:00:00Z') });
    expect(result.archive).toBeUndefined();
    expect(result.unseen).toMatchObject([{ what: 'archive' }]);
    expect(linesOf(result).join('\n')).toContain('recover.sh --scenario b --config');
  }, 60_000);

  it('says what to type where there is no configuration, or no vault that answers', async () => {
    const options = {
      scenario: 'c',
      lost: [],
      clone: '/opt/toolkit',
      configWords: [],
      repository: 'URL-DU-DEPOT',
    } as const;
    const bare = await assessCrisis(undefined, options);
    expect(bare.unseen).toMatchObject([{ what: 'configuration' }]);
    expect(linesOf(bare).join('\n')).toContain(
      'infrastructure/recovery/recover.sh --reader-key /root/skills_restore --known-hosts /root/known_hosts',
    );
    const nowhere = await one.reconfigure((yaml) => yaml.replace('{path: vault}', '{path: gone/vault}'));
    const silent = await assessCrisis(nowhere, options);
    expect(silent.unseen).toMatchObject([{ what: 'vault' }]);
    expect(silent.steps.length).toBeGreaterThan(3);
  });
});

describe('an accident', () => {
  let two: TestPlatform;
  beforeAll(async () => {
    two = await createPlatform({ files: { 'student_1/work.pdf': 'work', 'student_1/early.pdf': 'early' } });
  });
  afterAll(() => two.stop());

  it('is undone from the newest ordinary archive that holds every path, whatever safety copies lie between', async () => {
    const back = async (trigger: 'manual' | 'safety') => (await backup(two.platform, { trigger })).archive;
    const all = await back('manual');
    rmSync(join(two.uploads, 'student_1/early.pdf'));
    writeFileSync(join(two.uploads, 'student_1/late.pdf'), 'late');
    const without = await back('manual');
    await back('safety');
    rmSync(join(two.uploads, 'student_1/work.pdf'));
    await back('manual');
    const options = { scenario: 'a', clone: '/opt/toolkit', configWords: [], repository: 'URL-DU-DEPOT' } as const;
    const choose = async (...names: string[]) => {
      const lost = names.map((name) => ({ kind: 'path', name: `uploads/student_1/${name}` }) as const);
      const { archive, holdsLost } = await assessCrisis(two.platform, { ...options, lost });
      return holdsLost ? archive?.name : undefined;
    };
    expect(await choose('work.pdf')).toBe(without);
    expect(await choose('work.pdf', 'early.pdf')).toBe(all);
    expect(await choose('early.pdf', 'late.pdf')).toBeUndefined();
  }, 60_000);
});

describe('a crisis without the key of whoever restores', () => {
  let far: TestPlatform;
  beforeAll(async () => {
    far = await createPlatform({ files: { 'student_1/work.pdf': 'work' }, vault: 'ssh' });
    await backup(far.platform, { trigger: 'nightly' });
  }, 60_000);
  afterAll(() => far.stop());

  it('chooses by what production may see, says how to come with the key, and shows the nights without counts', async () => {
    const reader = /"reader":\{[^}]*\}/;
    const closed = await far.reconfigure((yaml) => yaml.replace(reader, '"reader":{"agent":true}'));
    const { SSH_AUTH_SOCK: _, ...environment } = closed.environment;
    const options = { clone: '/opt/toolkit', configWords: [], repository: 'URL-DU-DEPOT' };
    const platform = { ...closed, environment };
    const lost = [{ kind: 'path', name: 'uploads/student_1' }] as const;
    const a = await assessCrisis(platform, { ...options, scenario: 'a', lost });
    expect(a).toMatchObject({ archive: { proof: { isNew: true } }, unseen: [{ what: 'manifests' }], holdsLost: false });
    expect(a.steps[0]?.commands).toEqual([
      'ssh-add ~/.ssh/skills_restore && ssh -A root@production',
      'cd /opt/toolkit',
    ]);
    const b = await assessCrisis(platform, { ...options, scenario: 'b', lost: [] });
    expect(b).toMatchObject({ archive: { name: b.nights[0]?.name }, unseen: [{ what: 'manifests' }] });
    expect(b.nights[0]).not.toHaveProperty('files');
    expect(linesOf(b).find((line) => line.includes('recover.sh'))).toContain(`--vault-port ${far.sshVault?.sshd.port}`);
  }, 60_000);
});
