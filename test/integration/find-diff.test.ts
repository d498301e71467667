import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findCommand } from '../../scripts/commands/find.ts';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { silent } from '../../src/logging/logger.ts';
import { backup } from '../../src/operations/backup.ts';
import { cataloguePathOf } from '../../src/operations/catalogue/catalogue-file.ts';
import { diff, type DiffOptions, type DiffResult } from '../../src/operations/diff.ts';
import { find, type FindOptions } from '../../src/operations/find.ts';
import { renderDiff } from '../../src/report/diff-report.ts';
import { FindReport } from '../../src/report/find-report.ts';
import { openStore } from '../../src/vault/store/layout.ts';
import { retire } from '../../src/vault/upkeep/retire.ts';
import { adoptInto } from '../fixtures/former-script.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
const nights: string[] = [];
const at = (path: string): string => join(made.uploads, path);
const sql = (text: string) => made.cluster?.query('skills_hub', text);

async function night(): Promise<void> {
  nights.push((await backup(made.platform, { trigger: 'manual' })).archive);
}

const compare = (archive: string, against: string, options: Partial<DiffOptions> = {}) =>
  diff(made.platform, { archive, against, ...options });
/** What differs, a line each: the names by kind, and the tables by state. */
function summarize({ databases, listed }: DiffResult): string[] {
  const tables = databases.flatMap(({ database, state, tables: differing }) => [
    ...(state === 'same' ? [] : [`${database} ${state}`]),
    ...differing.map(({ table, state: how, rowsBefore, rows }) => `${table} ${how} ${rowsBefore ?? ''}>${rows ?? ''}`),
  ]);
  return [...tables, ...listed.map(({ kind, name, aspects = [] }) => `${kind} ${name} ${aspects.join()}`.trim())];
}

async function search(path: string, options: Partial<FindOptions> = {}): Promise<string[]> {
  const found = await find(made.platform, { choice: PathChoice.parse([path]), ...options });
  try {
    const lines: string[] = [];
    for await (const { name, versions } of found.names) {
      for (const { sizeBytes, first, last, archives } of versions) {
        const place = (archive: string): string => `${nights.indexOf(archive)}`;
        lines.push(`${name} ${sizeBytes} ${place(first.name)}-${place(last.name)} (${archives})`);
      }
    }
    return lines;
  } finally {
    await found.close();
  }
}

beforeAll(async () => {
  made = await createPlatform({
    databases: 20,
    databaseLines: {
      app: '{url-env: $URL, database: skills_hub}',
      mattermost: '{url-env: $URL, database: mattermost}',
    },
    files: {
      'student_1/portfolio/a.txt': 'a',
      'student_1/portfolio/b.txt': 'bb',
      'student_1/same': 'same',
      // As macOS writes accents.
      'student_1/e\u0301te\u0301': 'summer',
      'student_2/cv.pdf': 'cv one',
      'student_2/gone': 'gone',
    },
  });
  writeFileSync(Buffer.concat([Buffer.from(at('caf')), Buffer.from([0xe8])]), 'x');
  await sql(
    'CREATE TABLE own (id int); INSERT INTO own VALUES (1), (2); CREATE TABLE dropped (id int); CREATE SEQUENCE counter',
  );
  await night();

  rmSync(at('student_2/gone'));
  writeFiles(made.uploads, { 'student_2/cv.pdf': 'cv two', 'student_3/new/file': 'new' });
  chmodSync(at('student_1/portfolio/b.txt'), 0o600);
  utimesSync(at('student_1/portfolio/a.txt'), 1_600_000_000, 1_600_000_000);
  symlinkSync('same', at('student_1/link'));
  await sql("INSERT INTO own VALUES (3); DROP TABLE dropped; CREATE TABLE fresh (id int); SELECT nextval('counter')");
  await night();

  // A forged time: content of the same length under the former one.
  await sleep(2100);
  writeFiles(made.uploads, { 'student_2/cv.pdf': 'cv 3rd' });
  await sql('UPDATE own SET id = id + 10');
  await night();
}, 120_000);
afterAll(() => made.stop());

const SECOND_NIGHT = [
  'app changed',
  'public.dropped removed 0>',
  'public.fresh added >0',
  'public.own rows 2>3',
  'added uploads/student_1/link',
  'attributes uploads/student_1/portfolio/a.txt time',
  'attributes uploads/student_1/portfolio/b.txt mode',
  'changed uploads/student_2/cv.pdf content',
  'removed uploads/student_2/gone',
  'added uploads/student_3/',
  'added uploads/student_3/new/',
  'added uploads/student_3/new/file',
];
const THIRD_NIGHT = ['app changed', 'public.own content 3>3', 'changed uploads/student_2/cv.pdf content'];

describe('diff', () => {
  it('says from one archive to another just what was changed, and the other way round the reverse', async () => {
    const [first = '', second = '', third = ''] = nights;
    const result = await compare(first, second);
    expect(summarize(result)).toEqual(SECOND_NIGHT);
    expect(result).toMatchObject({ isSame: false, omitted: 0, faults: [] });
    expect(result.databases.map(({ database, state }) => `${database} ${state}`)).toEqual([
      'app changed',
      'mattermost same',
    ]);
    expect(result.databases[0]?.sequences).toBe(1);
    const [uploads] = result.files;
    expect(uploads?.total).toMatchObject({
      added: 2,
      changed: 1,
      attributes: 2,
      removed: 1,
      bytesAdded: 3,
      bytesChanged: 6,
    });
    expect(uploads?.folders.map(({ folder }) => folder)).toContain('uploads/student_3/new/');
    expect(summarize(await compare(second, third))).toEqual(THIRD_NIGHT);
    expect(summarize(await compare(second, first))).toContain('added uploads/student_2/gone');
    expect(await compare(third, third)).toMatchObject({ isSame: true, listed: [] });
    const shown = renderDiff(result);
    expect(shown).toContain('public.own      2 → 3 rows  +1');
    expect(shown).toContain('~ uploads/student_2/cv.pdf  6 B  content');
  });

  it('compares with what is live to the byte, also under a forged time, and changes nothing', async () => {
    const [first = '', , third = ''] = nights;
    expect(await compare(third, 'live')).toMatchObject({ isSame: true, faults: [] });
    expect(summarize(await compare(first, 'live')).filter((line) => line.includes('own'))).toEqual([
      'public.own rows 2>3',
    ]);
    const { mtimeMs } = { mtimeMs: 1_700_000_000_000 };
    const former = readFileSync(at('student_2/cv.pdf'));
    writeFileSync(at('student_2/cv.pdf'), 'cv 4th');
    utimesSync(at('student_2/cv.pdf'), mtimeMs / 1000, mtimeMs / 1000);
    await sql('UPDATE own SET id = 99 WHERE id = 13; INSERT INTO fresh VALUES (1)');
    const result = await compare(third, 'live');
    expect(summarize(result)).toEqual([
      'app changed',
      'public.fresh rows 0>1',
      'public.own content 3>3',
      'changed uploads/student_2/cv.pdf content',
    ]);
    expect(renderDiff(result)).toContain(`prod:restore -- ${third} --select app,uploads --dry-run`);
    const quick = await compare(third, 'live', { isQuick: true, select: ['app'] });
    expect(summarize(quick)).toEqual(['app changed', 'public.fresh rows 0>1']);
    expect(summarize(await compare(third, 'live', { paths: PathChoice.parse(['uploads/student_1']) }))).toEqual([]);
    writeFileSync(at('student_2/cv.pdf'), former);
    utimesSync(at('student_2/cv.pdf'), mtimeMs / 1000, mtimeMs / 1000);
    await sql('UPDATE own SET id = 13 WHERE id = 99; DELETE FROM fresh');
    expect(await compare(third, 'live')).toMatchObject({ isSame: true });
  });

  it('tells what is missing or down, and compares the rest', async () => {
    const third = nights[2] ?? '';
    renameSync(made.uploads, `${made.uploads}-away`);
    await made.cluster?.query('postgres', 'ALTER DATABASE mattermost RENAME TO elsewhere');
    try {
      const result = await compare(third, 'live');
      expect(result.isSame).toBe(false);
      expect(result.faults).toEqual([{ what: 'uploads', reason: expect.stringMatching(/cannot be reached/) }]);
      expect(summarize(result)).toEqual(expect.arrayContaining(['mattermost removed']));
      expect(renderDiff(result)).toMatch(/database mattermost +GONE/);
      const elsewhere = {
        ...made.platform,
        environment: {
          ...made.platform.environment,
          DATABASE_URL: made.cluster?.url('postgres', 'nobody') ?? '',
        },
      };
      const down = await diff(elsewhere, { archive: third, against: 'live', select: ['app'] });
      expect(down.faults.map(({ what }) => what)).toEqual(['app']);
      expect(down.databases).toMatchObject([{ database: 'app', state: 'failed' }]);
    } finally {
      renameSync(`${made.uploads}-away`, made.uploads);
      await made.cluster?.query('postgres', 'ALTER DATABASE elsewhere RENAME TO mattermost');
    }
  });

  it('leaves out what the configuration excludes by now', async () => {
    const platform = await made.reconfigure((yaml) =>
      yaml
        .replace('{path: uploads}', "{path: uploads, exclude: ['student_1']}")
        .replace('database: skills_hub', 'database: skills_hub, exclude-table-data: [own]'),
    );
    rmSync(at('student_1/link'));
    const result = await diff(platform, { archive: nights[2] ?? '', against: 'live', select: ['app', 'uploads'] });
    symlinkSync('same', at('student_1/link'));
    expect(summarize(result)).toEqual(['app changed', 'public.own left-out 3>']);
  });

  it.each([
    ['an archive', { archive: '../x' }, /names no archive/],
    ['the other one', { against: '$(id)' }, /names no archive/],
    ['a source', { select: ['nothing'] }, /neither side has "nothing"/],
    ['a path', { paths: PathChoice.parse(['uploads/nowhere']) }, /neither side holds anything at "uploads\/nowhere"/],
  ])('refuses %s that is not there in one line', async (_what, options, message) => {
    const work = compare('latest', 'live', options);
    await expect(work).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
  });
});

describe('find', () => {
  it('lists every archive that holds a path, versions that follow one another in one', async () => {
    expect(await search('uploads/student_2/cv.pdf')).toEqual([
      'uploads/student_2/cv.pdf 6 2-2 (1)',
      'uploads/student_2/cv.pdf 6 1-1 (1)',
      'uploads/student_2/cv.pdf 6 0-0 (1)',
    ]);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
    expect(await search('uploads/student_2/gone')).toEqual(['uploads/student_2/gone 4 0-0 (1)']);
    expect(await search('uploads/student_3')).toEqual([
      'uploads/student_3/ 0 1-2 (2)',
      'uploads/student_3/new/ 0 1-2 (2)',
      'uploads/student_3/new/file 3 1-2 (2)',
    ]);
    expect(await search('uploads/caf*')).toEqual(['uploads/caf\ufffd 1 0-2 (3)']);
    expect(await search('db/app.sql')).toHaveLength(3);
  });

  it('asks the vault for nothing but its list once it knows all archives, and reads a wrong catalogue anew', async () => {
    const path = cataloguePathOf(made.state);
    await search('uploads/caf*');
    const before = readFileSync(path);
    await search('uploads/caf*');
    expect(readFileSync(path).equals(before)).toBe(true);
    writeFileSync(path, before.subarray(0, before.length - 10));
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('looks only into archives of the time that was asked for, and fetches no others', async () => {
    rmSync(cataloguePathOf(made.state));
    const found = await find(made.platform, { choice: PathChoice.parse(['uploads/*/same']) });
    const since = new Date(found.archives[1]?.sealed ?? '');
    await found.close();
    rmSync(cataloguePathOf(made.state));
    expect(await search('uploads/*/same', { since })).toEqual(['uploads/student_1/same 4 1-2 (2)']);
    expect(readFileSync(cataloguePathOf(made.state), 'utf8')).not.toContain(nights[0]);
    expect(await search('uploads/*/same', { before: since })).toEqual(['uploads/student_1/same 4 0-0 (1)']);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
  });

  it('says so in one line where nothing has that name, with names that are near', async () => {
    await expect(search('uploads/ÉTÉ')).rejects.toMatchObject({ next: 'There is uploads/student_1/e\u0301te\u0301.' });
    await expect(search('uploads/CV.pdf')).rejects.toMatchObject({
      kind: 'usage',
      message: 'none of the 3 archives searched holds "uploads/CV.pdf"',
      next: 'There is uploads/student_2/cv.pdf.',
    });
  });

  it('shows since when a name is gone, and the line that brings it back', async () => {
    const path = 'uploads/student_2/gone';
    const found = await find(made.platform, { choice: PathChoice.parse([path]) });
    const report = new FindReport(found, { path, showsAll: false });
    for await (const name of found.names) expect(report.show(name)).toContain(`gone since ${nights[1]}`);
    expect(report.end()).toContain(`npm run -s prod:restore -- ${nights[0]} --path ${path}`);
    await found.close();
  });

  it('goes on without an archive that is damaged or gone, and says which', async () => {
    const gone = nights[1] ?? '';
    mkdirSync(join(made.directory, 'aside'));
    renameSync(join(made.vaultDirectory, gone), join(made.directory, 'aside', gone));
    rmSync(cataloguePathOf(made.state));
    const found = await find(made.platform, { choice: PathChoice.parse(['uploads/*/same']) });
    expect(found.unread.map(({ archive }) => archive)).toEqual([gone]);
    expect(found.archives.map(({ name }) => name)).toEqual([nights[0], nights[2]]);
    await found.close();
    const warnings: string[] = [];
    const load = () => Promise.resolve(made.platform.config);
    const context = {
      logger: { ...silent, warning: (text: string) => void warnings.push(text) },
      json: false,
      isInteractive: false,
      environment: made.platform.environment,
      signal: new AbortController().signal,
      loadConfig: load,
      loadConfigIfAny: load,
      loadHostConfigIfAny: load,
    };
    await expect(findCommand.run(context, ['uploads/nobody'], {})).rejects.toMatchObject({ kind: 'usage' });
    expect(warnings).toEqual([expect.stringContaining(`${gone} was not searched`)]);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (2)']);
    renameSync(join(made.directory, 'aside', gone), join(made.vaultDirectory, gone));
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
    const path = join(made.vaultDirectory, nights[0] ?? '');
    const sound = readFileSync(path);
    const damaged = Buffer.from(sound);
    damaged.fill(0xff, damaged.length - 1000, damaged.length - 100);
    chmodSync(path, 0o640);
    writeFileSync(path, damaged);
    rmSync(cataloguePathOf(made.state));
    rmSync(join(made.state, 'cache'), { recursive: true });
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 1-2 (2)']);
    writeFileSync(path, sound);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
  });

  it('includes archives of the former script, by the names that things have here', async () => {
    const foreign = 'backup_full_2024-01-31_03-00.tar.gz';
    const day = join(made.directory, 'former', '2024-01-31');
    mkdirSync(join(day, 'db'), { recursive: true });
    writeFileSync(join(day, 'notes.txt'), 'notes');
    writeFileSync(join(day, 'db/skills_db.sql'), (await made.cluster?.runTool('pg_dump', [], 'skills_hub')) ?? '');
    execFileSync('cp', ['-a', made.uploads, join(day, 'uploads')]);
    execFileSync('tar', ['czf', join(made.vaultDirectory, foreign), '-C', join(day, '..'), '2024-01-31']);
    await adoptInto(made.vaultDirectory);
    nights.unshift(foreign);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-3 (4)']);
    expect(await search('**/notes.txt')).toEqual(['2024-01-31/notes.txt 5 0-0 (1)']);
    const { databases, files, faults } = await compare(foreign, 'live', { select: ['app', 'uploads'] });
    expect(databases).toMatchObject([{ database: 'app', state: 'same' }]);
    expect(files).toMatchObject([{ source: 'uploads', total: { added: 0, changed: 0, removed: 0 } }]);
    expect(faults).toEqual([]);
    expect(summarize(await compare(foreign, nights[3] ?? '', { select: ['app'] }))).toEqual([]);
    rmSync(join(made.vaultDirectory, foreign));
    nights.shift();
  });

  it('knows nothing of an archive any more that the vault has removed', async () => {
    const removed = nights[1] ?? '';
    const store = await openStore({ directory: made.vaultDirectory });
    const confirm = (): Promise<boolean> => Promise.resolve(true);
    await retire({ store, logger: silent, name: removed, reason: 'test data', confirm });
    expect(await search('uploads/student_2/cv.pdf')).toEqual([
      'uploads/student_2/cv.pdf 6 2-2 (1)',
      'uploads/student_2/cv.pdf 6 0-0 (1)',
    ]);
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (2)']);
    nights.splice(1, 1);
    await night();
    expect(await search('uploads/*/same')).toEqual(['uploads/student_1/same 4 0-2 (3)']);
    expect(readFileSync(cataloguePathOf(made.state), 'utf8')).not.toContain(removed);
  });
});
