import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { forget } from '../../src/operations/forget.ts';
import { restore, type RestoreOptions } from '../../src/operations/restore.ts';
import { renderPlan } from '../../src/report/plan-report.ts';
import { renderExtraction, renderRestore } from '../../src/report/restore-report.ts';
import { describeTree } from '../fixtures/describe-tree.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

let made: TestPlatform;
let archive: BackupResult;
const STUDENTS = 300;
const at = (name: string) => join(made.uploads, name);
const inode = (name: string) => lstatSync(at(name)).ino;

beforeAll(async () => {
  const works = Object.fromEntries(
    Array.from({ length: STUDENTS * 2 }, (_, work) => [
      `student_${work % STUDENTS}/portfolio/work ${work < STUDENTS ? 0 : 1}.jpg`,
      randomBytes(30_000 + 15_000 * (work % 4)),
    ]),
  );
  made = await createPlatform({ files: { ...works, 'a/first': 'linked', 'c/other': 'other', 'c/name, a': 'comma' } });
  writeFiles(made.directory, { 'odoo/school/file': 'odoo' });
  made.platform = await made.reconfigure((yaml) =>
    yaml.replace('{path: uploads}', '{path: uploads}\n  odoo: {path: odoo}'),
  );
  mkdirSync(at('b'));
  for (const name of ['b/second', 'b/third']) linkSync(at('a/first'), at(name));
  archive = await backup(made.platform, { trigger: 'nightly' });
}, 120_000);
afterAll(() => made.stop());
afterEach(() => forget(made.platform, { confirm: () => Promise.resolve(true) }));

const run = (paths: string[] | undefined, options: Partial<RestoreOptions> = {}) =>
  restore(made.platform, {
    archive: archive.archive,
    paths: paths && PathChoice.parse(paths),
    confirm: () => Promise.resolve(true),
    skipsSafetyBackup: true,
    ...options,
  });

describe('a part of the files', () => {
  it('comes back by one rename, and moves less than 1 % of the archive', async () => {
    rmSync(at('student_42/portfolio'), { recursive: true });
    const result = await run(['uploads/student_42/portfolio']);
    expect(result.plan).toMatchObject({ isSingleRename: true, files: [{ add: 3, replace: 0, remove: 0 }] });
    expect(result.carried).toMatchObject({ placed: 1, removed: 0 });
    expect(result.fetchedBytes).toBeLessThan(archive.sizeBytes / 100);
    expect(renderRestore(result)).toMatch(/; \d+ kB fetched/);
    const beside = join(made.directory, 'beside');
    const paths = PathChoice.parse(['uploads/student_43/*/work 1*', 'odoo/school']);
    const extracted = await extractArchive(made.platform, { archive: 'latest', paths, directory: beside });
    expect(extracted).toMatchObject({ entries: 3, parts: [{ name: 'odoo', bytes: 4 }, { name: 'uploads' }] });
    expect(extracted.fetchedBytes).toBeLessThan(archive.sizeBytes / 100);
    expect(renderExtraction(extracted)).toMatch(/ kB fetched/);
    await run(['uploads']);
  });

  it('comes with the folders above it where these are gone too', async () => {
    const before = describeTree(made.uploads);
    rmSync(at('c'), { recursive: true });
    await run(['uploads/c/name, a']);
    expect(existsSync(at('c/other'))).toBe(false);
    await run(['uploads/c']);
    await run(['uploads']);
    expect(describeTree(made.uploads)).toBe(before);
  });

  it('takes a file out of its hard links where its other names were not chosen, and says so', async () => {
    const first = inode('a/first');
    writeFileSync(at('a/first'), 'spoilt');
    const { plan, notes } = await run(['uploads/b']);
    expect(plan.warnings.join()).toContain(
      '1 file has other names outside of what was chosen (one is "uploads/b/second")',
    );
    expect(notes.join()).toContain('restored as files of their own');
    expect([inode('a/first'), readFileSync(at('a/first'), 'utf8')]).toEqual([first, 'spoilt']);
    expect([inode('b/second') === inode('b/third'), readFileSync(at('b/third'), 'utf8')]).toEqual([true, 'linked']);
    await run(['uploads']);
    expect(inode('a/first')).toBe(inode('b/third'));
  });

  it('refuses to replace what stands in the place of a folder above it', async () => {
    rmSync(at('c'), { recursive: true });
    writeFileSync(at('c'), 'a file now');
    const before = describeTree(made.uploads);
    await expect(run(['uploads/c/other'])).rejects.toMatchObject({
      kind: 'refused',
      message: 'uploads/c is a folder in the archive, and something else stands there now',
    });
    expect(describeTree(made.uploads)).toBe(before);
    await run(['uploads/c']);
    expect(readFileSync(at('c/other'), 'utf8')).toBe('other');
  });
});

describe('what the archive does not have', () => {
  const spoil = () => {
    writeFiles(made.uploads, { 'c/new': 'new', 'c/newer/in': 'newer', 'b-extra': 'x', 'a/first/in': 'in the way' });
  };

  it('goes from what was chosen, stays where that is asked for, and goes where it is in the way', async () => {
    rmSync(at('a/first'));
    spoil();
    const kept = await run(['uploads/c', 'uploads/a'], { keepsExtra: true });
    expect(kept.plan.files).toMatchObject([{ stay: 3, remove: 2 }]);
    expect(renderPlan(kept.plan)).toContain('leaves 3 entries that the archive does not have');
    expect(readFileSync(at('c/new'), 'utf8') + readFileSync(at('c/newer/in'), 'utf8')).toBe('newnewer');
    expect(readFileSync(at('a/first'), 'utf8')).toBe('linked');
    const gone = await run(['uploads/c']);
    expect(gone.plan.files).toMatchObject([{ stay: 0, remove: 3 }]);
    expect([existsSync(at('c/new')), existsSync(at('b-extra'))]).toEqual([false, true]);
    rmSync(at('b-extra'));
    await run(['uploads']);
  });

  it('stays also without a path; a file in the place of a folder does not', async () => {
    rmSync(at('b'), { recursive: true });
    writeFiles(made.uploads, { b: 'in the way', 'b-extra': 'stays' });
    const { plan } = await run(undefined, { select: ['uploads'], keepsExtra: true });
    expect(plan.files).toMatchObject([{ stay: 1, remove: 1 }]);
    expect([existsSync(at('b/second')), existsSync(at('b-extra'))]).toEqual([true, true]);
    rmSync(at('b-extra'));
    await run(['uploads']);
  });
});

describe('a path that cannot be restored into the files', () => {
  it.each([
    ['db/app.sql', {}, /lies in no file source of the archive \(odoo, uploads\)/],
    ['kit/files/docker-compose.yml', {}, /lies in no file source/],
    ['elsewhere/*', {}, /lies in no file source/],
    ['uploads/student_4242', {}, /holds nothing at "uploads\/student_4242"/],
    ['**/nothing', {}, /holds nothing at/],
    ['uploads/c', { select: ['uploads'] }, /lies in uploads, which is selected as a whole/],
    ['**/portfolio', { select: ['odoo'] }, /lies in odoo, which is selected as a whole/],
  ])('is refused in one line before anything is touched: %s %j', async (path, options, message) => {
    writeFileSync(at('c/other'), 'changed');
    const before = describeTree(made.uploads);
    const refusal = await run([path], options).catch((error: unknown) => error as Error);
    expect(refusal).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
    expect((refusal as Error).message).not.toContain('\n');
    expect(describeTree(made.uploads)).toBe(before);
    expect(existsSync(join(made.state, 'restore-journal.json'))).toBe(false);
  });
});
