import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { Failure } from '../../src/logging/failure.ts';
import { silent } from '../../src/logging/logger.ts';
import { diff } from '../../src/operations/diff.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { find } from '../../src/operations/find.ts';
import { fetch } from '../../src/operations/fetch.ts';
import { list, listEntries } from '../../src/operations/list.ts';
import { openVault } from '../../src/operations/open-vault.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { restoreTables } from '../../src/operations/restore-tables.ts';
import { restore, type RestoreResult } from '../../src/operations/restore.ts';
import { verify } from '../../src/operations/verify.ts';
import { summarizeVerdict } from '../../src/report/summary/verdict-summary.ts';
import { renderVerdict } from '../../src/report/verdict-report.ts';
import { surveyDump } from '../../src/sources/postgres/survey-dump.ts';
import { openStore, verdictPath } from '../../src/vault/store/layout.ts';
import { verifyForeign } from '../../src/vault/store/verify-foreign.ts';
import { retire } from '../../src/vault/upkeep/retire.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { adoptInto, digestDatabase, runFormerScript, type FormerRun } from '../fixtures/former-script.ts';
import { hostileTars } from '../fixtures/hostile-tar.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

const files = {
  'student_0001/portfolio/index.html': '<h1>Portfolio</h1>',
  'student_0001/cv.pdf': Buffer.alloc(100_000, 'cv'),
  'student_0002/empty': '',
  'été/note à moi.txt': 'texte',
};
const databases = ['skills_hub', 'keycloak', 'odoo', 'mattermost'];
const dumps = {
  'day/db/skills_db.sql': { database: 'skills_hub' },
  'day/db/keycloak.sql': { database: 'keycloak' },
  'day/db/odoo.sql': { database: 'odoo' },
  'day/db/mattermost.sql': { database: 'mattermost' },
};

let place: TestPlatform;
let clean: string[];
const cluster = () => place.cluster!;
const digests = () => Promise.all(databases.map((name) => digestDatabase(cluster(), name)));
const tree = () => describeTree(place.uploads);
type Changes = Partial<Parameters<typeof restore>[1]>;
const run = (archive: string, changes: Changes = {}, platform: Platform = place.platform): Promise<RestoreResult> =>
  restore(platform, {
    archive,
    skipsSafetyBackup: true,
    allowOldClient: true,
    confirm: async () => true,
    ...changes,
  });
const at = (name: string): string => join(place.vaultDirectory, name);
const writeUploads = (): void => {
  rmSync(place.uploads, { recursive: true });
  mkdirSync(place.uploads);
  writeFiles(place.uploads, files);
};
async function archive(name: string, former: FormerRun): Promise<string> {
  await runFormerScript(at(name), { cluster: cluster(), ...former });
  await adoptInto(place.vaultDirectory);
  return name;
}
/** What a refused restore must leave as it was. */
const state = async () => ({ tree: tree(), digests: await digests(), kept: readdirSync(place.state).sort() });
const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await work.catch((caught: unknown) => caught);
  if (error instanceof Failure) return error;
  throw new Error('it did not fail', { cause: error });
};

beforeAll(async () => {
  place = await createPlatform({ databases: 50, files });
  for (const folder of [place.vaultDirectory, place.state]) mkdirSync(folder);
  clean = await digests();
}, 60_000);
afterAll(() => place.stop());
beforeEach(writeUploads);

describe('an archive of the former script', () => {
  const night = 'backup_full_2024-01-31_03-00.tar.gz';
  beforeAll(async () => {
    writeUploads();
    await archive(night, { dumps, folders: { 'day/uploads': place.uploads } });
  });

  it('restores by the same command, and everything is as it was', async () => {
    expect(await list(place.platform)).toContainEqual(
      expect.objectContaining({ name: night, isForeign: true, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    );
    await cluster().query('skills_hub', 'DELETE FROM public.activity;');
    await cluster().query('odoo', 'DROP SCHEMA public CASCADE;');
    rmSync(join(place.uploads, 'student_0001'), { recursive: true });
    writeFileSync(join(place.uploads, 'ransom.txt'), 'pay');

    const result = await run(night);
    expect(result.done).toBe(true);
    expect(result.plan.made).toBe('2024-01-31T02:00:00.000Z');
    expect(result.plan.warnings).toContainEqual(expect.stringMatching(/made by the former script: nothing proves it/));
    expect(result.plan.warnings).toContainEqual(expect.stringMatching(/^functions and expressions in the dumps run/));
    expect(place.log.filter((line) => line.includes('counted, not compared'))).toEqual([]);
    expect(await digests()).toEqual(clean);
    for (const [name, content] of Object.entries(files)) {
      expect(readFileSync(join(place.uploads, name)).equals(Buffer.from(content))).toBe(true);
    }
    expect(existsSync(join(place.uploads, 'ransom.txt'))).toBe(false);
    expect(readdirSync(place.state).filter((name) => name.startsWith('.continuity'))).toEqual([]);
    expect(result.fetchedBytes).toBe(lstatSync(at(night)).size);
  }, 60_000);

  it('restores a part of it, and tells what it would do without fetching it', async () => {
    rmSync(join(place.uploads, 'student_0001'), { recursive: true });
    const dry = await run(night, { dryRun: true });
    expect(dry.plan.files[0]).toMatchObject({ source: 'uploads', add: 4 });
    expect(dry.plan.databases.map(({ key }) => key).sort()).toEqual(['app', 'keycloak', 'mattermost', 'odoo']);
    expect(dry.fetchedBytes).toBe(0);
    writeFileSync(join(place.uploads, 'student_0002/new'), 'x');
    await run(night, { paths: PathChoice.parse(['uploads/student_0001']) });
    expect(existsSync(join(place.uploads, 'student_0001/cv.pdf'))).toBe(true);
    expect(existsSync(join(place.uploads, 'student_0002/new'))).toBe(true);
    await run(night, { select: ['uploads'] });
    expect(existsSync(join(place.uploads, 'student_0002/new'))).toBe(false);
    const tables = { tables: ['app.public.student'], confirm: async () => true, skipsSafetyBackup: true };
    const { made } = await restoreTables(place.platform, { archive: night, allowOldClient: true, ...tables });
    expect(made).toHaveLength(1);
    await cluster().query('skills_hub', `DROP TABLE public.${JSON.stringify(made[0]?.table.split('.').at(-1))};`);
  }, 60_000);

  it('is listed under the names that ours have, unpacked beside, and fetched', async () => {
    const { entries, close } = await listEntries(place.platform, { archive: night });
    const names: string[] = [];
    for await (const { name } of entries) names.push(name);
    await close();
    expect(names.filter((name) => name.startsWith('uploads/')).slice(0, 2)).toEqual([
      'uploads/',
      'uploads/student_0001/',
    ]);
    expect(names.map((name) => Buffer.from(name).toString('latin1'))).toEqual(
      names.map((name) => Buffer.from(name).toString('latin1')).sort(),
    );
    expect(names).toEqual(expect.arrayContaining(['db/app.sql', 'db/odoo.sql', 'uploads/été/note à moi.txt', 'day/']));

    const directory = join(place.directory, 'beside');
    const extracted = await extractArchive(place.platform, { archive: night, select: ['uploads'], directory });
    expect(extracted.done).toBe(true);
    expect(readFileSync(join(directory, 'uploads/student_0001/cv.pdf'))).toEqual(files['student_0001/cv.pdf']);
    expect(readdirSync(directory)).toEqual(['uploads']);
    const fetched = await fetch(place.platform, { archive: night, directory: place.directory });
    expect(readFileSync(fetched.path).equals(readFileSync(at(night)))).toBe(true);
  }, 60_000);

  it('is searched, and compared with what stands there now', async () => {
    const found = await find(place.platform, { choice: PathChoice.parse(['uploads/**/cv.pdf']) });
    const names: [string, number][] = [];
    for await (const { name, versions } of found.names) names.push([name, versions[0]?.archives ?? 0]);
    await found.close();
    expect(names).toEqual([['uploads/student_0001/cv.pdf', 1]]);
    writeFileSync(join(place.uploads, 'student_0001/cv.pdf'), 'changed');
    await cluster().query('keycloak', 'CREATE TABLE public.later (id int); INSERT INTO public.later VALUES (1);');
    const before = place.log.length;
    const changed = await diff(place.platform, { archive: night, against: 'live' });
    const told = place.log.slice(before).join('\n');
    expect(told).toMatch(/made by the former script/);
    expect(told).not.toMatch(/functions and expressions/);
    await cluster().query('keycloak', 'DROP TABLE public.later;');
    expect(changed.listed).toContainEqual(expect.objectContaining({ name: 'uploads/student_0001/cv.pdf' }));
    expect(changed.databases.filter(({ state }) => state !== 'same').map(({ database }) => database)).toEqual([
      'keycloak',
    ]);
    expect(changed.faults).toEqual([]);
  }, 60_000);

  it('is verified as far as it can be, and what that proves is said', async () => {
    const quick = await verify(place.platform, { archive: night, level: 'seal' });
    expect(renderVerdict(quick)).toMatch(/is sound \(seal\)[^]*only its size was compared/);
    const full = await verify(place.platform, { archive: night, level: 'full' });
    expect(full).toMatchObject({ isSound: true, isForeign: true, index: '', checked: { extents: 0 } });
    expect([...full.checked.databases].sort()).toEqual(Object.keys(dumps).sort());
    expect(renderVerdict(full)).toMatch(/is sound \(full\)[^]*proven: it is the file[^]*not proven: [^]*--dry-run/);

    const text = (await cluster().runTool('pg_dump', [], 'keycloak')).replace(
      /-- PostgreSQL database dump complete/,
      '',
    );
    const cut = await archive('backup_full_2024-02-02_03-00.tar.gz', {
      dumps: {
        '2024-02-01/db/keycloak.sql': { text },
        '2024-02-01/db/odoo.sql': { text: '' },
        '2024-02-01/uploads/half.sql': { text },
      },
    });
    const unfit = await verify(place.platform, { archive: cut, level: 'full' });
    expect(unfit).toMatchObject({
      damage: [
        { where: '2024-02-01/db/keycloak.sql', what: 'it is cut off: its last line is missing' },
        { where: '2024-02-01/db/odoo.sql', what: 'it is empty, or does not begin as a dump does' },
      ],
      cutElsewhere: { count: 1, first: '2024-02-01/uploads/half.sql' },
    });
    expect(renderVerdict(unfit)).toMatch(/was adopted: all else in it can be restored[^]*not judged: 1 \.sql file/);
    expect(summarizeVerdict(unfit)).toMatch(/\*\*Next:\*\* it was so when it was adopted: all else/);
    const uploaded = await archive('backup_full_2024-02-04_03-00.tar.gz', {
      dumps: { '2024-02-01/uploads/half.sql': { text }, '2024-02-01/uploads/db/empty.sql': { text: '' } },
    });
    expect(await verify(place.platform, { archive: uploaded, level: 'full' })).toMatchObject({ isSound: true });
    const broken = await archive('backup_full_2024-02-05_03-00.tar.gz', {
      dumps: { '2024-02-01/db/odoo.sql': { text: '' } },
      tar: ['-P', '--transform=s,^2024-02-01,../2024-02-01,', '2024-02-01'],
    });
    const refused = await verify(place.platform, { archive: broken, level: 'full' });
    expect(renderVerdict(refused)).toMatch(/was adopted, and nothing in it can be restored/);
    const other = await archive('backup_full_2024-02-03_03-00.tar.gz', {
      folders: { '2024-02-01/uploads': place.uploads },
    });
    flipByte(at(other), lstatSync(at(other)).size - 6);
    const { damage, ...verdict } = await verify(place.platform, { archive: other, level: 'full' });
    expect(damage.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^has the SHA-256 /));
    expect(damage).toHaveLength(2);
    expect(renderVerdict({ damage, ...verdict })).toMatch(/is DAMAGED[^]*look at the backup server's disk/);
  }, 60_000);

  it('leaves no verdict where it is retired while it is read', async () => {
    const name = await archive('backup_full_2024-02-06_03-00.tar.gz', {
      dumps: { '2024-02-01/db/odoo.sql': { text: '' } },
    });
    const store = await openStore({ directory: place.vaultDirectory });
    const retireIt = async () => {
      await retire({ store, logger: silent, name, reason: 'test data', confirm: async () => true });
      return undefined;
    };
    const reading = { store, name, level: 'full', surveyDump: retireIt, progress: () => undefined } as const;
    expect((await failureOf(verifyForeign(reading))).message).toMatch(/holds no archive/);
    expect(existsSync(verdictPath(store, name))).toBe(false);
  });

  it('is never what latest or a date means, but is named for its date', async () => {
    expect((await failureOf(run('latest'))).message).toMatch(/no archive that can be trusted/);
    expect((await failureOf(run('2024-01-31'))).next).toContain(night);
  });

  it('21: is refused with an outdated psql, unless that is allowed', async () => {
    const { plan } = await run(night, { dryRun: true, allowOldClient: false });
    const isOutdated = plan.warnings.concat(plan.refusals).some((text) => text.includes('lacks security fixes'));
    expect(plan.refusals.some((text) => text.includes('--allow-old-client'))).toBe(isOutdated);
    expect((await run(night, { dryRun: true })).plan.refusals).toEqual([]);
  });

  it('67: is refused where the vault gives another file, and nothing was changed', async () => {
    const name = await archive('backup_full_2024-02-01_03-00.tar.gz', { folders: { 'day/uploads': place.uploads } });
    const { close } = await listEntries(place.platform, { archive: name });
    await close();
    writeFileSync(join(place.uploads, 'later'), 'x');
    const before = await state();
    // A broken survey is none, and made anew.
    const survey = join(place.vaultDirectory, '.vault/surveys', `${name}.jsonl.gz`);
    flipByte(survey, lstatSync(survey).size - 10);
    await (await listEntries(place.platform, { archive: name })).close();
    expect(gunzipSync(readFileSync(survey)).toString()).toContain(name);
    chmodSync(at(name), 0o600);
    flipByte(at(name), 500);
    expect(await failureOf(run(name))).toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/and was adopted with/),
    });
    rmSync(survey);
    expect(await failureOf(run(name))).toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/is not the file that was adopted/),
    });
    expect((await list(place.platform)).find((each) => each.name === name)?.verdict?.isSound).toBe(false);
    expect(await state()).toEqual(before);
  }, 60_000);
});

describe('an archive that somebody made by hand', () => {
  it('is mapped by the configuration, without what macOS and its tar leave behind', async () => {
    const source = join(place.directory, 'mac');
    writeFiles(source, { 'a.txt': 'a', '._a.txt': 'fork', '.DS_Store': 'x', 'sub/b.txt': 'b' });
    const name = await archive('backup_full_2023-05-05_12-00.tar.gz', {
      dumps: { './dumps/app-final.sql': { database: 'skills_hub' }, './dumps/old/app-1.sql': { database: 'keycloak' } },
      folders: { Proofs: source, ReadMe: source },
      tar: ['--format=pax', '--pax-option=LIBARCHIVE.creationtime:=1,SCHILY.dev:=2,comment=made by hand', '.'],
    });
    rmSync(source, { recursive: true });
    const platform = await place.reconfigure((yaml) =>
      [
        yaml,
        'foreign:',
        "  databases: {app: ['*/db/skills_db.sql', 'dumps/app-*.sql']}",
        "  files: {uploads: ['Proofs']}",
        '',
      ].join('\n'),
    );
    await cluster().query('skills_hub', 'DELETE FROM public.activity;');
    const { plan } = await run(name, {}, platform);
    expect(plan.warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/holds nothing for databases.keycloak/),
        expect.stringMatching(/^nothing of what is configured.*: 3 entries \(the first: ReadMe\/a.txt\)/),
        expect.stringMatching(/^left out, because macOS .* left them behind: 4 entries/),
      ]),
    );
    expect(await digests()).toEqual(clean);
    expect(readdirSync(place.uploads, { recursive: true }).sort()).toEqual(
      expect.arrayContaining(['a.txt', 'sub', 'sub/b.txt']),
    );
    expect(existsSync(join(place.uploads, '._a.txt'))).toBe(false);
    const ambiguous = await place.reconfigure(
      (yaml) => `${yaml}\nforeign: {databases: {app: ['dumps/**/app-*.sql']}}\n`,
    );
    expect(await failureOf(run(name, { dryRun: true }, ambiguous))).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/dumps\/app-final.sql and dumps\/old\/app-1.sql/),
    });
  }, 60_000);

  it('16: has the roles created that its dumps name and the server lacks, without login or password', async () => {
    await cluster().query('postgres', 'CREATE ROLE "Ancien Élève" LOGIN; CREATE DATABASE legacy;');
    await cluster().query(
      'legacy',
      'CREATE TABLE public.t (id int); ALTER TABLE public.t OWNER TO "Ancien Élève"; INSERT INTO public.t VALUES (1);',
    );
    const name = await archive('backup_full_2023-05-06_12-00.tar.gz', {
      dumps: { 'day/db/mattermost.sql': { database: 'legacy' } },
    });
    await cluster().query('postgres', 'DROP DATABASE legacy;');
    await cluster().query('postgres', 'DROP ROLE "Ancien Élève";');
    const result = await run(name);
    expect(result.plan.warnings).toContain('mattermost: roles to be created: Ancien Élève');
    expect(result.createdRoles).toEqual(['mattermost: Ancien Élève']);
    const rows = await cluster().query(
      'mattermost',
      `SELECT tableowner, rolcanlogin FROM pg_tables JOIN pg_roles ON rolname = tableowner WHERE tablename = 't';`,
    );
    expect(rows).toEqual([['Ancien Élève', 'f']]);
  }, 60_000);

  it('132: is proven though its times are in another zone; where they cannot be, that is said', async () => {
    const dumpIn = async (zone: string, day: string): Promise<string> =>
      await archive(`backup_full_2023-06-${day}_12-00.tar.gz`, {
        dumps: {
          'day/db/skills_db.sql': {
            text: await cluster().runTool(
              'pg_dump',
              ['-d', `dbname=skills_hub options='-c TimeZone=${zone}'`],
              'skills_hub',
            ),
          },
        },
      });
    const said = () => place.log.filter((line) => line.includes('counted, not compared'));
    await run(await dumpIn('Europe/Paris', '01'), { select: ['app'] });
    expect(said()).toEqual([]);
    const bring = async (name: string) => {
      const tables = { tables: ['app.public.student'], allowOldClient: true, confirm: async () => true };
      const result = await restoreTables(place.platform, { archive: name, ...tables });
      await cluster().query('skills_hub', `DROP TABLE ${result.made[0]?.table}`);
      return result;
    };
    const compared = await bring('backup_full_2023-06-01_12-00.tar.gz');
    expect([said(), compared.notes, compared.made[0]?.isCompared]).toEqual([[], [], true]);
    const tokyo = await dumpIn('Asia/Tokyo', '02');
    const note = expect.stringMatching(/^app: the rows of \d+ tables? were counted, not compared \(public\./);
    expect(await run(tokyo, { select: ['app'] })).toMatchObject({ uncompared: ['app'], notes: [note] });
    expect(said()).toHaveLength(1);
    expect(await bring(tokyo)).toMatchObject({ notes: [note], made: [{ isCompared: false }] });
    expect(said()).toHaveLength(2);
    expect(await digestDatabase(cluster(), 'skills_hub')).toBe(clean[0]);
  }, 60_000);
});

describe('what must not be restored', () => {
  it('7: a dump without its last line, one with commands for psql, or what is none, is refused before anything begins', async () => {
    const whole = await cluster().runTool('pg_dump', [], 'keycloak');
    const texts = {
      '01': whole.slice(0, whole.lastIndexOf('-- PostgreSQL database dump complete')),
      '02': `${whole}\n\\! touch ${join(place.directory, 'owned')}\n`,
      '03': '',
      '04': await cluster().runTool('pg_dump', ['--inserts'], 'keycloak'),
      '05': whole.replace('CREATE TABLE', 'ALTER ROLE app SUPERUSER;\n\nCREATE TABLE'),
    };
    for (const [day, text] of Object.entries(texts)) {
      await archive(`backup_full_2022-07-${day}_03-00.tar.gz`, { dumps: { 'day/db/keycloak.sql': { text } } });
    }
    const before = await state();
    for (const day of Object.keys(texts)) {
      const failure = await failureOf(run(`backup_full_2022-07-${day}_03-00.tar.gz`));
      expect(failure).toMatchObject({
        kind: 'damaged',
        message: expect.stringMatching(/keycloak \(day\/db\/keycloak.sql\): /),
      });
    }
    expect(await state()).toEqual(before);
    expect(existsSync(join(place.directory, 'owned'))).toBe(false);
  }, 60_000);

  it('22: no statement of an honest dump is taken for harm, those of --clean included', async () => {
    await cluster().query('postgres', 'CREATE DATABASE odd;');
    await cluster().query(
      'odd',
      [
        "CREATE FUNCTION public.f(a text DEFAULT '\\d;''') RETURNS text LANGUAGE sql SET search_path TO 'a', 'b;c'",
        "  BEGIN ATOMIC SELECT CASE WHEN a = ';' THEN 'x' END; SELECT a; END;",
        "COMMENT ON FUNCTION public.f IS 'a\\\r\n;';",
        'CREATE TABLE public.t (a int[], b int GENERATED ALWAYS AS (a[1] + 1) STORED);',
        "CREATE VIEW public.v AS SELECT a[1:2] AS a, ';\\'::text AS b, 1e30 AS c FROM public.t;",
        'CREATE RULE r AS ON INSERT TO public.v DO INSTEAD (DELETE FROM public.t; SELECT 1);',
        'CREATE FUNCTION public.g(a$b$ int, é$ int, "c$" int) RETURNS int LANGUAGE sql AS $x$ SELECT 1; $x$;',
        'CREATE TABLE public.nocols (); INSERT INTO public.nocols DEFAULT VALUES;',
        'CREATE UNLOGGED SEQUENCE public.s;',
        "CREATE DEFAULT CONVERSION public.c FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;",
      ].join('\n'),
    );
    for (const database of [...databases, 'odd']) {
      for (const options of [['--clean', '--if-exists'], ['--use-set-session-authorization']]) {
        const text = await cluster().runTool('pg_dump', options, database);
        const found = await surveyDump(Readable.from([Buffer.from(text)]));
        expect([found?.isWhole, found?.statement]).toEqual([true, undefined]);
      }
    }
    await cluster().query('postgres', 'DROP DATABASE odd;');
  }, 60_000);

  it('44 to 63: hostile tars are refused in one line, with nothing written and nothing stopped', async () => {
    // One for each number; the survey's own test has them all.
    const numbers = new Map(Object.entries(hostileTars).map(([fault, tar]) => [fault.slice(0, 2), tar]));
    const names = [...numbers.values()].map((tar, number) => {
      const name = `backup_full_2021-01-01_00-${String(number).padStart(2, '0')}.tar.gz`;
      writeFileSync(at(name), gzipSync(tar));
      return name;
    });
    await adoptInto(place.vaultDirectory);
    const before = await state();
    for (const name of names) {
      const failure = await failureOf(run(name));
      expect(failure).toMatchObject({
        kind: 'damaged',
        message: expect.stringMatching(`^${name} is damaged, or was made to do harm: [^\n]+$`),
      });
    }
    expect(await state()).toEqual(before);
    expect(existsSync(join(place.directory, 'escaped'))).toBe(false);
  }, 60_000);
});

describe('files of an archive of the former script', () => {
  const asRoot = process.getuid?.() === 0 ? it : it.skip;

  asRoot(
    '53: go to whoever owns the folder now where they belong to root, and to whom they belonged elsewhere',
    async () => {
      const folder = join(place.directory, 'rooted');
      writeFiles(folder, { 'of-root': 'x', 'of-somebody': 'y', setuid: 'z' });
      chownSync(join(folder, 'of-somebody'), 4321, 4322);
      chmodSync(join(folder, 'setuid'), 0o6777);
      linkSync(join(folder, 'of-root'), join(folder, 'second-name'));
      symlinkSync('/etc/passwd', join(folder, 'outside'));
      symlinkSync('../../.env', join(folder, 'out-of-uploads-outside'));
      symlinkSync('of-root', join(folder, 'inside'));
      writeFiles(folder, { '.continuity-kept-x/hidden': 'x' });
      mkdirSync(join(place.directory, 'parent/day'), { recursive: true });
      renameSync(folder, join(place.directory, 'parent/day/uploads'));
      const name = 'backup_full_2020-03-01_03-00.tar.gz';
      execFileSync('tar', ['czf', at(name), '-C', join(place.directory, 'parent'), 'day']);
      await adoptInto(place.vaultDirectory);
      chownSync(place.uploads, 1234, 1235);
      const { plan } = await run(name, { select: ['uploads'] });
      const ownerOf = (file: string) => {
        const { uid, gid, mode } = lstatSync(join(place.uploads, file));
        return [uid, gid, mode & 0o7777];
      };
      expect(ownerOf('of-root')).toEqual([1234, 1235, 0o644]);
      expect(ownerOf('of-somebody')).toEqual([4321, 4322, 0o644]);
      expect(ownerOf('setuid')).toEqual([1234, 1235, 0o775]);
      expect(existsSync(join(place.uploads, '.continuity-kept-x'))).toBe(false);
      expect(lstatSync(place.uploads)).toMatchObject({ uid: 1234, gid: 1235 });
      expect(lstatSync(join(place.uploads, 'second-name')).ino).toBe(lstatSync(join(place.uploads, 'of-root')).ino);
      expect(readdirSync(place.uploads).filter((each) => each.endsWith('side'))).toEqual(['inside']);
      expect(plan.warnings).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^uploads: they belonged to root.* 1234:1235, .*: 5 entries/),
          expect.stringMatching(/^uploads: they lose bits .*: 1 entry/),
          expect.stringMatching(/^left out, because they are links .*: 1 entry/),
          expect.stringMatching(/^uploads: left out, because they are links .*: 1 entry \(the first: uploads\/out-of/),
          expect.stringMatching(/^left out, because they have names .*: 2 entries/),
        ]),
      );
      const directory = join(place.directory, 'rooted-beside');
      await extractArchive(place.platform, { archive: name, select: ['uploads'], directory });
      expect(readdirSync(join(directory, 'uploads')).filter((each) => each.endsWith('side'))).toEqual(['inside']);
      // Once it is there, there is nothing left to do: what is planned is what came of it.
      expect((await run(name, { select: ['uploads'], dryRun: true })).plan.files[0]).toMatchObject({
        add: 0,
        replace: 0,
        remove: 0,
      });
    },
    60_000,
  );

  it('come with all their names, also where a link sorts before its file', async () => {
    const parent = join(place.directory, 'linked');
    const folder = join(parent, 'day/uploads');
    writeFiles(folder, { z: 'file' });
    mkdirSync(join(folder, 'chosen'));
    utimesSync(join(folder, 'z'), 1_500_000_000, 1_500_000_000);
    linkSync(join(folder, 'z'), join(folder, 'a'));
    linkSync(join(folder, 'z'), join(folder, 'chosen/link'));
    const name = 'backup_full_2020-03-02_03-00.tar.gz';
    const names = ['day/uploads', 'day/uploads/z', 'day/uploads/a', 'day/uploads/chosen'];
    execFileSync('tar', ['czf', at(name), '-C', parent, '--no-recursion', ...names, 'day/uploads/chosen/link']);
    await adoptInto(place.vaultDirectory);
    const { plan } = await run(name, { paths: PathChoice.parse(['uploads/chosen']) });
    expect(plan.warnings).toContainEqual(expect.stringMatching(/^uploads: 1 file has other names/));
    expect(readFileSync(join(place.uploads, 'chosen/link'), 'utf8')).toBe('file');

    await run(name, { select: ['uploads'] });
    writeFileSync(join(place.uploads, 'z'), 'FILE');
    utimesSync(join(place.uploads, 'z'), 1_500_000_000, 1_500_000_000);
    await run(name, { select: ['uploads'] });
    const { ino, nlink } = lstatSync(join(place.uploads, 'z'));
    expect(nlink).toBe(3);
    expect(lstatSync(join(place.uploads, 'a')).ino).toBe(ino);
    expect(readFileSync(join(place.uploads, 'a'), 'utf8')).toBe('file');
  }, 60_000);
});

describe('over SSH', () => {
  it('the reader is told what such an archive holds, the writer is not', async () => {
    const far = await createPlatform({ vault: 'ssh', files });
    try {
      const name = 'backup_full_2024-01-31_03-00.tar.gz';
      await runFormerScript(join(far.vaultDirectory, name), { folders: { 'day/uploads': far.uploads } });
      await adoptInto(far.vaultDirectory);
      rmSync(join(far.uploads, 'student_0001'), { recursive: true });
      const result = await restore(far.platform, { archive: name, skipsSafetyBackup: true, confirm: async () => true });
      expect(result.plan.files[0]).toMatchObject({ source: 'uploads' });
      expect(readFileSync(join(far.uploads, 'student_0001/cv.pdf'))).toEqual(files['student_0001/cv.pdf']);
      const writer = await openVault(far.platform, 'writer');
      try {
        expect((await failureOf(writer.readSurvey(name))).message).toMatch(
          /a writer may not ask this vault for survey/,
        );
      } finally {
        await writer.close();
      }
    } finally {
      await far.stop();
    }
  }, 60_000);
});
