import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backup } from '../../src/operations/backup.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { createPlatform, type TestPlatform } from '../fixtures/platform.ts';

let one: TestPlatform;
let archive: string;
let program: CompiledProgram;

beforeAll(async () => {
  program = compileProgram();
  one = await createPlatform({ files: { 'student_0042/portfolio': 'archived' } });
  ({ archive } = await backup(one.platform, { trigger: 'nightly' }));
});
afterAll(async () => {
  await one.stop();
  program.remove();
});

/** Runs it at a terminal of its own (util-linux), at which somebody types. */
function typing(typed: string, ...words: string[]): { status: number | null; shown: string } {
  return typingOn(one, typed, ...words);
}

function typingOn({ configPath }: TestPlatform, typed: string, ...words: string[]) {
  const all = [process.execPath, program.entry, 'crisis', '--config', configPath, ...words];
  const command = all.map((word) => `'${word}'`).join(' ');
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    input: typed,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, shown: stdout };
}

describe('crisis at a terminal', () => {
  it('asks again until an answer makes sense, and leads a deletion to its restore', () => {
    const { status, shown } = typing('peut-être\no\nn\n20 novembre\n2999-01-01\n\nnowhere/x\nuploads/student_0042\n');
    expect(shown).toContain('Répondre o ou n');
    expect(shown).toContain('attendu AAAA-MM-JJ HH:MM');
    expect(shown).toContain("est dans l'avenir");
    expect(shown).toContain('ne commence par aucune source connue');
    expect(shown).toContain('SCÉNARIO A : suppression accidentelle');
    expect(shown).toContain(`npm run -s prod:restore -- ${archive} --path uploads/student_0042 --config`);
    expect(status).toBe(0);
  });

  it.each([
    ['o\no\n\n', 'SCÉNARIO B'],
    ['n\no\n\n', 'SCÉNARIO B'],
    ['n\nn\n\n', 'SCÉNARIO C'],
  ])('names the scenario of %j: %s', (typed, title) => {
    expect(typing(typed).shown).toContain(title);
  });

  it('refuses where the input ends before the answers do', () => {
    const { status, shown } = typing('o\n\u0004');
    expect(shown).toContain('la question est restée sans réponse');
    expect(status).toBe(9);
  });

  it('runs the restore where it is asked to, by the name that is typed, and by no other answer', () => {
    const file = join(one.uploads, 'student_0042/portfolio');
    writeFileSync(file, 'live');
    const words = ['--scenario', 'a', '--lost', 'uploads/student_0042', '--run'];
    expect(typing('oui\n', ...words).shown).toContain(`Type ${archive} to go on:`);
    expect(readFileSync(file, 'utf8')).toBe('live');
    expect(typing(`${archive}\n`, ...words)).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).toBe('archived');
  });
});

describe('crisis with the key of whoever restores', () => {
  it('runs the restore with the key and the host keys that were brought', async () => {
    const far = await createPlatform({ files: { 'student_0042/portfolio': 'archived' }, vault: 'ssh' });
    try {
      const made = (await backup(far.platform, { trigger: 'nightly' })).archive;
      await far.reconfigure((yaml) => yaml.replace(/,"reader":\{[^}]*\}/, ''));
      const file = join(far.uploads, 'student_0042/portfolio');
      writeFileSync(file, 'live');
      const { user = '', knownHostsPath = '' } = far.sshVault?.sshd ?? {};
      const key = far.sshVault?.sshd.clientKeyPath('reader') ?? '';
      const brought = ['--reader-key', key, '--known-hosts', knownHostsPath, '--reader-user', user];
      const words = ['--scenario', 'a', '--lost', 'uploads/student_0042', '--run', ...brought];
      expect(typingOn(far, `${made}\n`, ...words)).toMatchObject({ status: 0 });
      expect(readFileSync(file, 'utf8')).toBe('archived');
    } finally {
      await far.stop();
    }
  }, 60_000);
});

describe('crisis without a terminal', () => {
  const run = (...words: string[]) => program.run(['crisis', ...words]);
  const configured = () => ['--config', one.configPath];

  it('asks nobody, and says which flags answer', async () => {
    const { code, stderr } = await run(...configured());
    expect(code).toBe(2);
    expect(stderr).toContain('--scenario a|b|c');
  });

  it('gives its result as JSON', async () => {
    const words = ['--scenario', 'b', '--since', new Date().toISOString(), '--json'];
    const { code, stdout } = await run(...configured(), ...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      scenario: 'b',
      archive: { name: archive },
      nights: [{ name: archive }],
    });
  });

  it.each([
    [['--scenario', 'd'], '--scenario'],
    [['--scenario', 'a', '--since', 'hier'], 'attendu AAAA-MM-JJ'],
    [['--scenario', 'a', '--lost', 'uploads/../../etc'], 'is no path in an archive'],
    [['--scenario', 'a', '--lost', '$(id)'], 'aucune source connue'],
    [['--scenario', 'b', '--lost', 'uploads'], '--lost belongs to scenario a'],
    [['--scenario', 'c', '--run'], 'rien ne se lance ici'],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await run(...configured(), ...words);
    expect([2, 9]).toContain(code);
    expect(stderr).toContain(message);
  });

  it('says on a machine that has nothing what is typed, and what is still open', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'continuity-empty-'));
    const isConfigured = existsSync('/etc/skills-hub/continuity.yml');
    const { status, stdout } = spawnSync(process.execPath, [program.entry, 'crisis', '--scenario', 'c'], {
      cwd: empty,
      encoding: 'utf8',
    });
    rmSync(empty, { recursive: true });
    expect(stdout).toContain('infrastructure/recovery/recover.sh');
    if (!isConfigured) expect([status, stdout]).toEqual([3, expect.stringContaining('aucune configuration ici')]);
  });

  it('takes the key where there is no platform, and leads to production for what is lost there', () => {
    const empty = mkdtempSync(join(tmpdir(), 'continuity-laptop-'));
    const vault = ['--reader-key', 'key', '--known-hosts', 'hosts', '--vault-host', '127.0.0.1', '--vault-port', '1'];
    const words = ['crisis', '--scenario', 'a', '--lost', 'uploads/student_0042', '--state', empty, ...vault];
    const { stdout, stderr } = spawnSync(process.execPath, [program.entry, ...words], { cwd: empty, encoding: 'utf8' });
    rmSync(empty, { recursive: true });
    expect(stderr).not.toContain('aucune source connue');
    expect(stdout).toContain('ssh -A root@production');
    expect(stdout).toContain('sur la production, en root, dans /opt/skills-hub-continuity');
    expect(stdout).toContain('--path uploads/student_0042 --dry-run');
  });

  it('is told by npm where flags stand before the two dashes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'continuity-npm-'));
    const start = `node ${program.entry}`;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { continuity: start } }));
    const line = 'npm run -s continuity crisis --scenario a --since 2026-11-20 --lost uploads 2>&1 || true';
    const shown = execFileSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(shown).toContain('npm kept --scenario, --since, --lost for itself');
  });
});
