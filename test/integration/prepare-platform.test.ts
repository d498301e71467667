import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const repository = join(import.meta.dirname, '../..');
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
const withCompose = hasCompose ? it : it.skip;
const secretNames = [
  'app_db_password',
  'keycloak_admin_password',
  'keycloak_db_password',
  'mattermost_db_password',
  'mattermost_pgpass',
  'odoo_admin_password',
  'odoo_db_password',
];

asRoot('prepare.sh', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'continuity-prepare-'));
    cpSync(join(repository, 'infrastructure/compose'), join(folder, 'infrastructure/compose'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // No engine answers here: what needs one falls back to what is documented of the images, or says so.
  const environment = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
  const prepare = (platform: string, more: NodeJS.ProcessEnv = {}) =>
    spawnSync('bash', [join(folder, 'infrastructure/compose/prepare.sh'), platform], {
      env: { ...environment, ...more },
      encoding: 'utf8',
    });
  const describeFiles = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const { mode, uid, mtimeMs } = statSync(join(path, name));
        return `${name} ${(mode & 0o7777).toString(8)} ${uid} ${mtimeMs}`;
      });

  it('creates secrets that services of any user can read and nobody else on the host', () => {
    const { status, stdout, stderr } = prepare('production');
    expect([status, stdout]).toEqual([0, '']);
    const secrets = join(folder, 'secrets');
    expect(readdirSync(secrets).sort()).toEqual(secretNames);
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of secretNames) {
      const { mode, uid } = statSync(join(secrets, name));
      const expected = name === 'mattermost_pgpass' ? [0o400, 2000] : [0o444, 0];
      expect([name, mode & 0o777, uid]).toEqual([name, ...expected]);
      expect(stderr).toContain(`secrets/${name}\n`);
      expect(stderr).not.toContain(readFileSync(join(secrets, name), 'utf8').trim());
    }
    const passwords = secretNames
      .filter((name) => name.endsWith('password'))
      .map((name) => readFileSync(join(secrets, name), 'utf8'));
    expect(new Set(passwords).size).toBe(passwords.length);
    for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(readFileSync(join(secrets, 'mattermost_pgpass'), 'utf8')).toBe(
      `mattermost-db:5432:mattermost:mmuser:${readFileSync(join(secrets, 'mattermost_db_password'), 'utf8')}\n`,
    );
  });

  it("creates production's folders for who writes there", () => {
    expect(prepare('production').status).toBe(0);
    const owners = Object.fromEntries(
      [
        'uploads',
        'odoo',
        'odoo-addons',
        'mattermost/config',
        'mattermost/data',
        'mattermost/plugins',
        'mattermost/client-plugins',
      ].map((name) => [name, statSync(join(folder, 'data', name)).uid]),
    );
    expect(owners).toEqual({
      uploads: 1000,
      odoo: 101,
      'odoo-addons': 101,
      'mattermost/config': 2000,
      'mattermost/data': 2000,
      'mattermost/plugins': 2000,
      'mattermost/client-plugins': 2000,
    });
  });

  it('changes nothing the second time, nor what somebody put there', () => {
    execFileSync('mkdir', ['-p', join(folder, 'data/uploads/students'), join(folder, 'secrets')]);
    writeFileSync(join(folder, 'secrets/app_db_password'), 'chosen by the team', { mode: 0o440 });
    prepare('production');
    const before = describeFiles(folder);
    expect(before.find((line) => line.startsWith('data/uploads '))).toMatch(/ 755 0 /);
    const { status, stderr } = prepare('production');
    expect([status, stderr]).toEqual([0, '']);
    expect(describeFiles(folder)).toEqual(before);
    expect(readFileSync(join(folder, 'secrets/app_db_password'), 'utf8')).toBe('chosen by the team');
    // A service of any user has to read it.
    expect(statSync(join(folder, 'secrets/app_db_password')).mode & 0o777).toBe(0o444);
  });

  it('finishes what a killed run left half done', () => {
    prepare('production');
    const secrets = join(folder, 'secrets');
    writeFileSync(join(secrets, 'app_db_password.partial-aB3xYz'), 'half a password');
    writeFileSync(join(secrets, 'app_db_password.backup'), 'kept by the team');
    expect(prepare('production').status).toBe(0);
    expect(readdirSync(secrets).sort()).toEqual([...secretNames, 'app_db_password.backup'].sort());
    const password = readFileSync(join(secrets, 'mattermost_db_password'), 'utf8');
    unlinkSync(join(secrets, 'mattermost_pgpass'));
    execFileSync('chown', ['0:0', join(folder, 'data/odoo')]);
    expect(prepare('production').status).toBe(0);
    expect(readFileSync(join(secrets, 'mattermost_pgpass'), 'utf8')).toContain(`:${password}\n`);
    expect(statSync(join(folder, 'data/odoo')).uid).toBe(101);
    execFileSync('chown', ['0:0', join(secrets, 'mattermost_pgpass')]);
    expect(prepare('production').status).toBe(0);
    expect(statSync(join(secrets, 'mattermost_pgpass')).uid).toBe(2000);
  });

  it('prepares development apart from production', () => {
    expect(prepare('dev').status).toBe(0);
    expect(readdirSync(join(folder, 'secrets'))).toEqual(['dev']);
    expect(readdirSync(join(folder, 'secrets/dev')).sort()).toEqual(secretNames);
    expect(readdirSync(folder)).not.toContain('data');
  });

  it("lets no account of the host get as far as production's folders, nor where an earlier run left them open", () => {
    const data = join(folder, 'data');
    execFileSync('install', ['-d', '-m', '755', data]);
    execFileSync('install', ['-d', '-m', '750', '-o', '1000', '-g', '1000', join(data, 'uploads')]);
    writeFileSync(join(data, 'uploads/evidence.pdf'), 'private');
    execFileSync('chmod', ['755', folder]);
    const readAs = (user: number) =>
      spawnSync('setpriv', [
        `--reuid=${user}`,
        `--regid=${user}`,
        '--clear-groups',
        'cat',
        join(data, 'uploads/evidence.pdf'),
      ]);
    expect(readAs(1000).status).toBe(0);
    const { status, stderr } = prepare('production');
    expect([status, statSync(data).mode & 0o777]).toEqual([0, 0o700]);
    expect(stderr).toContain('closed ./data');
    expect(readAs(1000).status).not.toBe(0);
    rmSync(data, { recursive: true });
    expect(prepare('production').status).toBe(0);
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });

  it('does not close a folder that others use as well, and says so each time', () => {
    execFileSync('mkdir', ['-p', '-m', '755', join(folder, 'data/films')]);
    for (let run = 0; run < 2; run += 1) {
      expect(prepare('production').stderr).toContain('data holds more than the platform (./data/films)');
      expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o755);
    }
  });

  withCompose.each([
    ['in quotes', '"$folder/elsewhere"'],
    ['with a comment', '$folder/elsewhere   # the big disk'],
    ['by another variable', '${BASE}/elsewhere'],
    ['as single words', "'$folder/elsewhere'"],
  ])('takes folders from .env as Compose does: %s', (_form, written) => {
    const value = written.replace('$folder', folder);
    writeFileSync(join(folder, '.env'), `BASE=${folder}\nexport DATA_DIR=${value}\nSECRETS_DIR=./locked\n`);
    expect(prepare('production')).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, 'elsewhere')).sort()).toEqual(['mattermost', 'odoo', 'odoo-addons', 'uploads']);
    expect(readdirSync(join(folder, 'locked')).sort()).toEqual(secretNames);
    expect(readdirSync(folder).sort()).toEqual(['.env', 'elsewhere', 'infrastructure', 'locked']);
  });

  it('guesses nothing where Compose cannot tell what .env says', () => {
    writeFileSync(join(folder, '.env'), 'DATA_DIR="./elsewhere\n');
    const { status, stderr } = prepare('production');
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: Docker Compose cannot tell SECRETS_DIR.*\n.*next: Install Docker/);
    expect(readdirSync(folder).sort()).toEqual(['.env', 'infrastructure']);
  });

  it('says what to do where it cannot give a file away', () => {
    execFileSync('chown', ['-R', '65534:65534', folder]);
    const script = join(folder, 'infrastructure/compose/prepare.sh');
    const asNobody = (platform: string) =>
      spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'bash', script, platform], {
        env: environment,
        encoding: 'utf8',
      });
    const { status, stderr } = asNobody('dev');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /error: .*mattermost_pgpass cannot be given to Mattermost's user \(2000:2000\)\.\n.*next: Start Docker/,
    );
    expect(asNobody('production').stderr).toMatch(/error: Production is prepared as root\.\n.*next: sudo /);
    expect(prepare('').stderr).toMatch(/error: Which platform/);
  });
});
