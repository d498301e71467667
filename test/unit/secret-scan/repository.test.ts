import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { drawText, ScannedRepository } from '../../fixtures/scanned-repository.ts';
import { readWorkflow } from '../../fixtures/workflow-rules/workflow.ts';

const root = join(import.meta.dirname, '../../..');
const mark = (reason: string) => ['not', 'a', `secret: ${reason}`].join('-');

let repository: ScannedRepository;
beforeEach(() => {
  repository = new ScannedRepository();
});
afterEach(() => repository.remove());

function scanFiles(files: Record<string, string>) {
  for (const [path, content] of Object.entries(files)) repository.write(path, content);
  repository.track();
  return repository.scan();
}

describe('a repository without secrets', () => {
  it('passes, with all that only says where a secret is or will be', () => {
    const { status, output } = scanFiles({
      'docker-compose.yml': [
        'services:',
        '  db:',
        '    environment:',
        '      POSTGRES_PASSWORD_FILE: /run/secrets/db',
        '      APP_SECRET: ${APP_SECRET:?set it in .env}',
        "      KC_DB_PASSWORD: ''",
        '      DATABASE_URL: postgres://app:${APP_PASSWORD}@db/app',
        '    secrets: [db]',
        'secrets:',
        '  db: { file: ./secrets/db }',
      ].join('\n'),
      '.env.example': 'APP_SECRET=\nDB_PASSWORD=<the one of the database>\nMAIL_PASSWORD=CHANGE_ME\n',
      '.github/workflows/a.yml': [
        'with:',
        '  token: ${{ secrets.TOKEN || github.token }}',
        '  persist-credentials: false',
        `  uses: actions/checkout@${drawText(40, 'hex')}`,
      ].join('\n'),
      'settings.yml': [
        'app_password:',
        '  file: ./secrets/app',
        'mot_de_passe:',
        '  # comes by hand',
        'tokens:',
        '  - one',
        'mdp:',
        "  ''",
        'admin_password:',
        '  ${ADMIN_PASSWORD}',
        'password:',
        'user: app',
      ].join('\n'),
      'run.sh': [
        'OLD_PWD=$PWD; PWD=/srv pwd="$(pwd)"',
        'password="$(openssl rand -base64 32)"',
        "token=$1 secret='' key=/etc/key",
        'printf "password=%s" "$password"',
        'PGPASSWORD="$password" psql "postgres://app:$password@db/app"',
      ].join('\n'),
      'server.py': [
        'connect(password=os.environ["APP_PASSWORD"], user=name)',
        "connect(password=pathlib.Path('/run/secrets/app').read_text())",
        'connect(host=host, password=password)',
      ].join('\n'),
      'settings.conf': '# The password: those of the databases are made by prepare.sh.\n; token: as GitHub gives it\n',
      'sudoers.conf': 'writer ALL=(keeper) NOPASSWD: /usr/bin/true\n',
      'src/a.ts': [
        'const password = await resolveSecret(reference);',
        "const header = '-----BEGIN OPENSSH PRIVATE KEY-----';",
        'const url = `postgres://${user}:${password}@${host}`;',
        `const digest = '${drawText(64, 'hex')}';`,
        "const key = 'uploads/2026/photo.jpg';",
        '/** postgres://USER:PASSWORD@HOST, postgres://user:password@host/database */',
      ].join('\n'),
      'dist/index.js': `if (/^-----BEGIN RSA PRIVATE KEY-----/.test(text)) password = "${drawText(30)}";`,
      'secrets/.gitkeep': '',
      'secrets/README.md': 'Generated on the host.\n',
      known_hosts: `vault ssh-ed25519 ${drawText(68)}\n`,
      'key.pub': `ssh-rsa ${drawText(300)}\n`,
    });
    expect(output).toMatch(/no secret in 14 tracked files\n$/);
    expect(status).toBe(0);
  });

  it('is judged by what git tracks, and by nothing else', () => {
    repository.write('README.md', '# Nothing\n');
    repository.write('.env', 'DB_PASSWORD=hunter2\n');
    repository.link('link', '.env');
    repository.track('README.md', 'link');
    expect(repository.scan()).toMatchObject({ status: 0 });
    repository.track('.env');
    expect(repository.scan().output).toContain('.env:1: password in plain text');
  });

  it('is not one that has no files, or is none', () => {
    expect(repository.scan()).toMatchObject({ status: 2, output: expect.stringContaining('nothing to scan') });
    const directory = mkdtempSync(join(tmpdir(), 'none-'));
    const { status } = spawnSync(process.execPath, [join(root, 'scripts/scan-secrets.mjs'), directory]);
    rmdirSync(directory);
    expect(status).toBe(2);
  });

  it('is this one', () => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '-s', 'check:secrets'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('no secret in');
    expect(status).toBe(0);
  });

  it('is asked for in CI and before every merge', () => {
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^step .* npm run -s check:secrets$/m);
    const file = join(root, '.github/workflows/pull-request.yml');
    const steps = readWorkflow(file, readFileSync(file, 'utf8')).jobs['static']?.steps ?? [];
    expect(steps.map(({ run }) => run)).toContain('npm run -s check:secrets');
  });
});

describe('a mark', () => {
  const fake = 'password: hunter2';

  it('allows what is made up on its line, or on the line below where it stands alone', () => {
    const reason = mark('made up for a test');
    expect(scanFiles({ 'a.yml': `${fake} # ${reason}\n# ${reason}\n${fake}\n` })).toMatchObject({ status: 0 });
  });

  it('allows one line and no other', () => {
    const { output } = scanFiles({ 'a.yml': `# ${mark('made up for a test')}\n${fake}\n${fake}\n` });
    expect(output).toContain('a.yml:3: password in plain text');
    expect(output).not.toContain('a.yml:2:');
    expect(scanFiles({ 'a.yml': `${fake} # ${mark('made up for a test')}\n${fake}\n` }).output).toContain('a.yml:2:');
  });

  it('is a finding itself where nothing is left that it allows', () => {
    const { status, output } = scanFiles({ 'a.ts': `// ${mark('made up for a test')}\nconst a = 1;\n` });
    expect(output).toContain('a.ts:1: mark that allows nothing');
    expect(status).toBe(1);
  });

  it('is a finding itself where it gives no reason', () => {
    const { status, output } = scanFiles({ 'a.yml': `${fake} # ${mark('test')}\n` });
    expect(output).toContain('a.yml:1: mark without a reason');
    expect(status).toBe(1);
  });

  it('allows no file that is a secret by its name, and nothing in a bundle', () => {
    const reason = mark('made up for a test');
    const { output } = scanFiles({
      '.env': `${fake} # ${reason}\n`,
      'dist/index.js': `use("${['ghp', drawText(36)].join('_')}"); // ${reason}`,
    });
    expect(output).toContain('.env:1: file of environment variables');
    expect(output).toContain('dist/index.js:1: GitHub token');
  });
});
