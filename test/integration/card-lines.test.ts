import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { typedFromCard, typedOnStack } from '../fixtures/line-places.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';
import { startSshd, type Sshd } from '../fixtures/sshd.ts';

let one: TestPlatform;
let sshd: Sshd;
let archive: string;

const counted = ['student', 'portfolio', 'evidence'];
const countRows = (database: string) =>
  one.cluster?.query(database, counted.map((table) => `SELECT count(*) FROM public.${table}`).join('; ')) as Promise<
    string[][]
  >;

beforeAll(async () => {
  one = await createPlatform({ databases: 20, files: { 'student_0042/portfolio': 'archived', other: 'kept' } });
  await one.cluster?.query('postgres', "CREATE ROLE app LOGIN; CREATE ROLE rotated LOGIN PASSWORD 'of then'");
  sshd = await startSshd({ keys: [{ name: 'admin' }] });
  ({ archive } = await backup(one.platform, { trigger: 'nightly' }));
  // ssh and scp as they are, with the key and the pinned host of this test.
  const programs = join(one.directory, 'programs');
  mkdirSync(programs);
  for (const name of ['ssh', 'scp']) {
    const found = spawnSync('bash', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    const options = `-F none -i ${sshd.clientKeyPath('admin')} -o IdentitiesOnly=yes -o UserKnownHostsFile=${sshd.knownHostsPath}`;
    writeFileSync(join(programs, name), `#!/bin/sh\nexec ${found} ${options} "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
}, 60_000);
afterAll(async () => {
  await Promise.all([one.stop(), sshd.stop()]);
});

/** A line of the card at this place: host, port, folders, date and who asks PostgreSQL are the test's. */
function place(line: string): string {
  return line
    .replace("#PSQL='runuser -u postgres -- psql -X'", "PSQL='psql -X -h 127.0.0.1 -U postgres'")
    .replaceAll('ADMIN@172.16.95.98', `${sshd.user}@${sshd.host}`)
    .replaceAll('4660', String(sshd.port))
    .replaceAll('/srv/tc-data/backups', one.vaultDirectory)
    .replaceAll('backup_full_2026-11-26.tar.gz', archive)
    .replaceAll('/srv/reprise', join(one.directory, 'reprise'))
    .replaceAll('/srv/skills-hub/data', one.directory);
}

function type(lines: readonly string[]) {
  const { cluster } = one;
  return spawnSync('bash', ['-euo', 'pipefail', '-c', lines.map(place).join('\n')], {
    cwd: one.directory,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: [join(one.directory, 'programs'), cluster?.binaries, process.env['PATH']].join(delimiter),
      PGPORT: String(cluster?.port),
      PGPASSWORD: cluster?.password,
    },
  });
}

describe('the emergency card, typed line by line with nothing of the toolkit', () => {
  it('brings an archive here, whole, and everything comes back: a database on this host, and its files', async () => {
    const before = await countRows('skills_hub');
    await one.cluster?.query('skills_hub', 'TRUNCATE public.student CASCADE');
    await one.cluster?.query('postgres', 'DROP ROLE app');
    writeFileSync(join(one.uploads, 'student_0042/portfolio'), 'lost');
    await one.cluster?.query('postgres', `ALTER ROLE rotated PASSWORD '${randomBytes(8).toString('hex')}'`);
    const passwords = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname <> 'app' ORDER BY 1";
    const rotated = await one.cluster?.query('postgres', passwords);
    const needsStack = /docker compose|kit|age |odoo|mattermost/;
    const { status, stdout, stderr } = type([
      ...typedFromCard,
      ...typedOnStack.filter((line) => !needsStack.test(line)),
    ]);
    const present = ['postgres', 'rotated'].map((role) => `ERROR:  role "${role}" already exists\n`);
    expect([status, stderr]).toEqual([0, present.join('')]);
    expect(stdout).toContain(archive);
    expect(stdout).toContain('ENTIERE');
    expect(stdout).toContain('CHARGEE');
    expect(stdout).not.toContain('COUPE');
    expect(await one.cluster?.query('postgres', passwords)).toEqual(rotated);
    expect(await countRows('skills_hub')).toEqual(before);
    expect(await one.cluster?.query('skills_hub_avant', 'SELECT count(*) FROM public.student')).toEqual([['0']]);
    expect(readFileSync(join(one.uploads, 'student_0042/portfolio'), 'utf8')).toBe('archived');
    // What it replaced lies beside.
    expect(readFileSync(join(one.uploads, 'student_0042/portfolio.~1~'), 'utf8')).toBe('lost');
    expect(existsSync(join(one.directory, 'reprise/CARTE-URGENCE.md'))).toBe(true);
  }, 60_000);

  it('tells a dump that was cut, and an archive that was', () => {
    const reprise = join(one.directory, 'reprise');
    writeFileSync(join(reprise, 'db/app.sql'), readFileSync(join(reprise, 'db/app.sql')).subarray(0, -300));
    writeFileSync(join(reprise, archive), readFileSync(join(reprise, archive)).subarray(0, -300));
    const [, , , whole, , dumps] = typedFromCard;
    const { stdout } = type(['cd /srv/reprise', `${whole} || true`, dumps]);
    expect(stdout.trim()).toBe('COUPE : db/app.sql');
  });
});
