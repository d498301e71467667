import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { verify } from '../../src/operations/verify.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { adoptInto, runFormerScript } from '../fixtures/former-script.ts';
import { typedInManual } from '../fixtures/line-places.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

type Line = (typeof typedInManual)[number];

interface Scene {
  /** What is typed at the questions. */
  answers?: string;
  /** The state before, where the manual tells of an accident. */
  before?: () => unknown;
  /** What the screen has to show. */
  shows: RegExp;
  after?: () => unknown;
}

let one: TestPlatform;
let program: CompiledProgram;
let archive: string;
let good: string;

const portfolio = () => join(one.uploads, 'student_0042/portfolio');
const read = () => (existsSync(portfolio()) ? readFileSync(portfolio(), 'utf8') : undefined);
const query = async (database: string, sql: string) => (await one.cluster?.query(database, sql))?.[0]?.[0];
const countPortfolios = () => query('skills_hub', 'SELECT count(*) FROM public.portfolio');

beforeAll(async () => {
  program = compileProgram();
  one = await createPlatform({ databases: 12, files: { 'student_0042/portfolio': 'archived', other: 'kept' } });
  mkdirSync(one.vaultDirectory);
  await runFormerScript(join(one.vaultDirectory, 'backup_full_2024-01-31_03-00.tar.gz'), {
    ...(one.cluster ? { cluster: one.cluster } : {}),
    dumps: { '2024-01-31/db/skills_db.sql': { database: 'skills_hub' } },
    folders: { '2024-01-31/uploads': one.uploads },
  });
  await adoptInto(one.vaultDirectory);
  ({ archive } = await backup(one.platform, { trigger: 'nightly' }));
  await verify(one.platform, { archive, level: 'full' });
  await sleep(1000);
  good = new Date().toLocaleString('sv-SE', { timeZone: 'Europe/Paris' });
  // The npm scripts as they are, with the program as it is now.
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const here = Object.entries(scripts).map(([name, text]) => [
    name,
    text.replace('scripts/dist/continuity/index.js', program.entry),
  ]);
  writeFileSync(join(one.directory, 'package.json'), JSON.stringify({ scripts: Object.fromEntries(here) }));
}, 60_000);
afterAll(async () => {
  await one.stop();
  program.remove();
});

/** Types a line at a terminal of its own (util-linux), in the folder of the clone. */
function type(line: string, answers = ''): { status: number | null; shown: string } {
  const placed = line
    .replaceAll('2026-11-26 09:00', good)
    .replaceAll('2026-11-26', archive.slice('backup_full_'.length, -'.tar.gz'.length))
    .replaceAll('/tmp/voir', join(one.directory, 'voir'))
    .replaceAll('/srv/skills-hub/data/uploads/', `${one.uploads}/`);
  const { status, stdout } = spawnSync('script', ['-qec', placed, '/dev/null'], {
    cwd: one.directory,
    input: answers.replaceAll('ARCHIVE', archive).replaceAll('GOOD', good),
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      ...one.platform.environment,
      PATH: [one.cluster?.binaries, process.env['PATH']].join(delimiter),
      TERM: 'dumb',
    },
  });
  return { status, shown: stdout };
}

const scenes: Record<Line, Scene> = {
  'npm run -s prod:check-backup': { shows: /^HEALTHY[^]*Newest +backup_full_.*sound \(full/m },
  'npm run -s continuity -- list': { shows: /ARCHIVE.*SEALED/ },
  'npm run -s continuity -- ls 2026-11-26 uploads': { shows: /uploads\/student_0042\/portfolio/ },
  'npm run -s continuity -- crisis': {
    answers: 'o\nn\nGOOD\nuploads/student_0042\n',
    shows: /SCÉNARIO A[^]*prod:restore -- backup_full_[\d-]+\.tar\.gz --path uploads\/student_0042/,
  },
  'npm run -s continuity -- crisis --scenario b --since "2026-11-26 09:00"': {
    shows: /=> backup_full_[^]*lignes[^]*fichiers[^]*revoke-writer-key\.sh/,
  },
  'npm run -s continuity -- find uploads/student_0042': {
    before: () => rmSync(join(one.uploads, 'student_0042'), { recursive: true }),
    shows: /student_0042\/portfolio\r\n +backup_full_[^]*To restore it as the newest of them has it/,
  },
  "npm run -s continuity -- find '**/*student_0042*'": { shows: /student_0042\/portfolio[^]*backup_full_/ },
  'npm run -s continuity -- diff backup_full_2026-11-26.tar.gz live': { shows: /student_0042/ },
  'npm run -s prod:restore -- backup_full_2024-01-31_03-00.tar.gz --dry-run': {
    shows: /former script: nothing proves it/,
  },
  'npm run -s prod:restore -- backup_full_2026-11-26.tar.gz --path uploads/student_0042 --dry-run': {
    shows: /Time: about [^]*; (measured|not measured|\d of \d measured) on this host/,
    after: () => expect(read()).toBeUndefined(),
  },
  'npm run -s prod:restore -- backup_full_2026-11-26.tar.gz --path uploads/student_0042': {
    answers: 'ARCHIVE\n',
    shows: /Type backup_full_[\d-]+\.tar\.gz to go on:/,
    after: () => expect(read()).toBe('archived'),
  },
  'npm run -s continuity -- undo': {
    answers: 'undo\n',
    shows: /undo|undone|put back/i,
    after: () => expect(read()).toBeUndefined(),
  },
  'npm run -s prod:restore -- 2026-11-26 --to /tmp/voir --path uploads/student_0042': { shows: /voir/ },
  'cp --archive --backup=numbered /tmp/voir/uploads/student_0042 /srv/skills-hub/data/uploads/': {
    before: () => writeFiles(one.uploads, { 'student_0042/portfolio': 'of today' }),
    shows: /^/,
    after: () => {
      expect(read()).toBe('archived');
      expect(readFileSync(`${portfolio()}.~1~`, 'utf8')).toBe('of today');
      rmSync(`${portfolio()}.~1~`);
    },
  },
  'rm -r /tmp/voir': { shows: /^/, after: () => expect(existsSync(join(one.directory, 'voir'))).toBe(false) },
  'npm run -s prod:restore -- 2026-11-26 --table app.public.portfolio': {
    before: () => query('skills_hub', 'DELETE FROM public.portfolio'),
    answers: 'ARCHIVE\n',
    shows: /portfolio_restored/,
    after: async () => expect(await countPortfolios()).toBe('0'),
  },
  'npm run -s prod:restore -- 2026-11-26 --table app.public.portfolio --in-place': {
    answers: 'ARCHIVE\n',
    shows: /portfolio/,
    after: async () => expect(await countPortfolios()).not.toBe('0'),
  },
  'npm run -s prod:restore -- 2026-11-26 --select app --as app_verif': {
    answers: 'app_verif\n',
    shows: /Type app_verif to go on:/,
    after: async () => expect(await query('app_verif', 'SELECT count(*) FROM public.portfolio')).not.toBe('0'),
  },
  'npm run -s prod:restore -- 2026-11-26 --select app,uploads': {
    before: () => writeFileSync(portfolio(), 'changed'),
    answers: 'ARCHIVE\n',
    shows: /app: equal to its fingerprints, in place/,
    after: () => expect(read()).toBe('archived'),
  },
  'npm run -s prod:restore -- backup_full_2026-11-26.tar.gz': {
    before: () => query('keycloak', 'TRUNCATE user_entity CASCADE'),
    answers: 'ARCHIVE\n',
    shows: /keycloak: equal to its fingerprints, in place/,
    after: async () => expect(await query('keycloak', 'SELECT count(*) FROM user_entity')).not.toBe('0'),
  },
  'npm run -s continuity -- forget': { answers: 'forget\n', shows: /[Ff]org/ },
  'npm run prod:check-backup': { shows: /^HEALTHY/m },
  'npm run prod:backup': { shows: /is sealed/ },
};

describe('the manual, typed line by line', () => {
  it.each(typedInManual)(
    '%s',
    async (line) => {
      const { answers, before, shows, after } = scenes[line];
      await before?.();
      const { status, shown } = type(line, answers);
      expect(shown).toMatch(shows);
      expect(status).toBe(0);
      await after?.();
    },
    60_000,
  );
});
