import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandResult } from '../../src/system/run-command.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

const repository = new URL('../../', import.meta.url).pathname;

/** What a crisis clone has: the committed bundles, and no node_modules. */
let clone: string;
let test: TestPlatform;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'continuity-clone-'));
  for (const name of ['package.json', '.npmrc', 'scripts'])
    cpSync(join(repository, name), join(clone, name), { recursive: true });
  test = await createPlatform({
    databases: 20,
    vault: 'ssh',
    files: {
      'student_0001/cv.pdf': 'a curriculum',
      'student_0001/photo.jpg': 'a picture',
      'student_0002/été.txt': 'évidence',
    },
  });
}, 120_000);
afterAll(async () => {
  await test.stop();
  rmSync(clone, { recursive: true, force: true });
});

function continuity(...args: string[]): Promise<CommandResult> {
  return run(process.execPath, join(clone, 'scripts/dist/continuity/index.js'), ...args, '--config', test.configPath);
}

function run(program: string, ...args: string[]): Promise<CommandResult> {
  const environment: Record<string, string> = { PATH: process.env['PATH'] ?? '', HOME: clone, NO_COLOR: '1' };
  return runCommand(program, args, {
    cwd: clone,
    timeoutMs: 120_000,
    env: { ...environment, ...test.platform.environment },
  });
}

interface Made {
  archive: string;
  alreadyThere: boolean;
}

function backupOf({ stdout }: CommandResult): Made {
  return JSON.parse(stdout) as Made;
}

describe('the command line, from a clone without node_modules', () => {
  let archive: string;

  it('finds the platform in order with doctor', async () => {
    const { code, stdout } = await continuity('doctor');
    expect(stdout).toContain('ok       files.uploads');
    expect(stdout).toMatch(/ok {7}databases\.app: skills_hub on 127\.0\.0\.1:\d+: PostgreSQL/);
    expect(stdout).toContain('it is not provisioned');
    expect(code).toBe(0);
  });

  it('says before the first backup that there is no archive, with the exit code for it', async () => {
    const { code, stdout } = await continuity('status');
    expect(stdout).toContain('the vault holds no archive');
    expect(code).toBe(10);
  });

  it('backs up over SSH, prints the result object alone on standard output, and a second nightly does nothing', async () => {
    const first = await continuity('backup', '--nightly', '--json');
    expect(first.code).toBe(0);
    const result = backupOf(first);
    expect(result).toMatchObject({
      alreadyThere: false,
      archive: expect.stringMatching(/^backup_full_\d{4}-\d\d-\d\d\.tar\.gz$/),
    });
    archive = result.archive;
    const second = await continuity('backup', '--nightly');
    expect(second.stdout).toContain(`${archive} is sealed on`);
    expect(second.stdout).toContain('Nothing to do.');
    expect(readdirSync(join(test.state, 'staging'))).toEqual([]);
  });

  it('shows the state, the archives and what is in one', async () => {
    expect(await continuity('status')).toMatchObject({ code: 0, stdout: expect.stringContaining('HEALTHY') });
    expect((await continuity('list')).stdout).toContain(archive);
    const listing = await continuity('ls', 'latest', 'uploads/student_0002');
    expect(listing.stdout).toContain('uploads/student_0002/été.txt');
    expect(listing.stdout).not.toContain('student_0001');
  });

  it('verifies in full, and exits with the code for damage when a byte is flipped, naming the file', async () => {
    expect(await continuity('verify', archive)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is sound (full)'),
    });
    const other = backupOf(await continuity('backup', '--json')).archive;
    const line = (await continuity('ls', other, 'db/app.sql', '--json')).stdout;
    expect(JSON.parse(line)).toMatchObject({ name: 'db/app.sql', type: 'reg' });
    // In the first extent that holds content.
    flipByte(join(test.vaultDirectory, other), 300);
    const { code, stdout } = await continuity('verify', other);
    expect(code).toBe(6);
    expect(stdout).toMatch(/is DAMAGED \(full\)/);
    expect(stdout).toMatch(/ {2}(uploads|db)\//);
    expect(await continuity('status')).toMatchObject({ code: 6 });
  });

  it('refuses to restore without a confirmation where nobody can be asked, and restores with --yes', async () => {
    const lost = join(test.uploads, 'student_0001');
    rmSync(lost, { recursive: true });
    await test.cluster?.query('postgres', 'DROP DATABASE keycloak');
    const refused = await continuity('restore', 'latest');
    expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining('no terminal to ask on') });
    expect(refused.stderr).toContain(`Restore of ${archive}`);
    expect(readdirSync(test.uploads)).toEqual(['student_0002']);

    const { code, stdout, stderr } = await continuity('restore', archive, '--select', 'uploads,keycloak', '--yes');
    expect([code, stderr.match(/^error.*/m)?.[0]]).toEqual([0, undefined]);
    expect(stdout).toContain('keycloak: equal to its fingerprints, in place');
    expect(readFileSync(join(lost, 'cv.pdf'), 'utf8')).toBe('a curriculum');
    expect(await test.cluster?.query('keycloak', 'SELECT count(*) > 0 FROM user_entity')).toEqual([['t']]);
    const forgotten = await continuity('forget', '--yes');
    expect(forgotten.stdout).toMatch(/^Deleted: \d{14}-[0-9a-f]{6}\.$/m);
    expect(readdirSync(test.uploads)).toEqual(['student_0001', 'student_0002']);
  });

  it('unpacks beside with --to, and fetches a whole archive that tar reads', async () => {
    const beside = join(clone, 'beside');
    expect((await continuity('restore', archive, '--to', beside)).code).toBe(0);
    expect(readFileSync(join(beside, 'uploads/student_0002/été.txt'), 'utf8')).toBe('évidence');
    expect(readdirSync(join(beside, 'db'))).toEqual(expect.arrayContaining(['app.sql', 'globals-app.sql', 'odoo.sql']));
    mkdirSync(join(clone, 'fetched'));
    expect((await continuity('fetch', archive, '--to', join(clone, 'fetched'))).code).toBe(0);
    const listed = await run('tar', 'tzf', join(clone, 'fetched', archive));
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toContain('manifest.json');
  });

  it('works by the names of the manual', async () => {
    writeFileSync(
      join(clone, 'continuity.yml'),
      readFileSync(test.configPath, 'utf8').replace('state: state', `root: ${test.directory}\nstate: state`),
    );
    expect(await run('npm', 'run', '-s', 'prod:check-backup')).toMatchObject({
      stdout: expect.stringContaining('Newest'),
    });
    const dryRun = await run('npm', 'run', '-s', 'prod:restore', '--', archive, '--dry-run');
    expect(dryRun).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') });
    // Flags before -- never reach the script: the command sees a full restore, and must not do it.
    const swallowed = await run('npm', 'run', '-s', 'prod:restore', archive, '--select', 'uploads', '--yes');
    expect(swallowed.code).toBe(2);
    expect(swallowed.stderr).toContain(`npm run -s prod:restore -- ${archive} --select uploads --yes`);
  });

  it.each(['../x', '-rf', '$(id)', 'backup_full_2026-02-30.tar.gz', 'x'.repeat(300)])(
    'refuses %j as an archive in one line',
    async (name) => {
      const { code, stderr } = await continuity('restore', '--yes', '--', name);
      expect(code).toBe(2);
      expect(stderr.split('\n').filter((line) => line.startsWith('error:'))).toHaveLength(1);
    },
  );
});
