import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { removeProject } from '../fixtures/docker/project.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';

const ground = await openDockerGround();
const repository = join(import.meta.dirname, '../..');
const page = readFileSync(join(repository, 'docs/recovery-kit.md'), 'utf8');

/** The lines of the page's block that has these words, typed as they stand but for places. */
function readBlock(words: string, places: Record<string, string>): string {
  const block = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)]
    .map(([, text = '']) => text)
    .find((text) => text.includes(words));
  return Object.entries(places).reduce((text, [place, here]) => text.replaceAll(place, here), block ?? 'exit 99');
}

ground.describe('the page of the recovery kit, typed line by line on a machine that has nothing', () => {
  let program: CompiledProgram;
  let stack: PlatformStack;
  let pocket: string;
  let archive: string;
  const type = (lines: string) =>
    execFileSync('bash', ['-euc', lines], { cwd: pocket, env: stack.environment, encoding: 'utf8' });
  const certificate = 'a certificate of the proxy';
  const volume = () => `${stack.project}_proxy-data`;
  const runWithVolume = (script: string) =>
    ground.docker('run', '--rm', '--volume', `${volume()}:/data`, ground.images.base, 'sh', '-c', script);

  beforeAll(async () => {
    program = compileProgram();
    pocket = mkdtempSync(join(tmpdir(), 'continuity-page-'));
    stack = await openPlatformStack(ground);
    await stack.up('app-db');
    await stack.compose('up', '--no-start');
    await runWithVolume(`echo '${certificate}' >/data/certificate`);
    const key = await generateIdentity();
    writeFileSync(join(pocket, 'recovery-key.txt'), `${key}\n`, { mode: 0o600 });
    mkdirSync(join(pocket, 'vault/archives'), { recursive: true });
    writeFileSync(join(stack.directory, 'data/uploads/evidence'), 'content');
    writeFileSync(
      join(stack.directory, 'continuity.yml'),
      `state: ${pocket}/state
databases: { app: { service: app-db, user: app, database: skills_hub } }
files: { uploads: { path: data/uploads } }
recovery: { recipients: [${await identityToRecipient(key)}], secret-volumes: [proxy-data] }
vault: { path: ${pocket}/vault/archives }
`,
    );
    const config = ['--config', join(stack.directory, 'continuity.yml')];
    const env = stack.environment as Record<string, string>;
    const made = await program.run(['backup', ...config], { env });
    expect(made.code === 0 ? '' : made.stderr).toBe('');
    archive = readdirSync(join(pocket, 'vault/archives')).find((name) => name.endsWith('.tar.gz')) ?? '';
    const words = ['--to', join(pocket, 'kit'), '--identity', join(pocket, 'recovery-key.txt')];
    const brought = await program.run(['kit', 'latest', ...config, ...words], { env });
    expect(brought.code === 0 ? '' : brought.stderr).toBe('');
    // The machine is lost.
    await removeProject(ground, stack.project);
    rmSync(stack.directory, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    await removeProject(ground, stack.project);
    program.remove();
    for (const path of [stack.directory, pocket]) rmSync(path, { recursive: true, force: true });
  }, 120_000);

  it('brings compose files, secrets and certificates to where the platform starts with them', async () => {
    // In place of the clone; nothing of this kit lies elsewhere on the host.
    const lines = readBlock('/root/kit/files', {
      '/srv/skills-hub': stack.directory,
      '/root/kit': join(pocket, 'kit'),
      'skills-hub_proxy-data': volume(),
    })
      .replace(/^git clone \S+ (\S+)/m, `mkdir $1 && cp -a ${pocket}/clone/. $1`)
      .replace(/^cp .*\/kit\/host.*$/m, '');
    expect(lines).toContain(`${pocket}/kit/files`);
    mkdirSync(join(pocket, 'clone/infrastructure'), { recursive: true });
    copyFileSync(join(repository, 'docker-compose.yml'), join(pocket, 'clone/docker-compose.yml'));
    cpSync(join(repository, 'infrastructure/compose'), join(pocket, 'clone/infrastructure/compose'), {
      recursive: true,
    });
    type(lines);
    expect(await runWithVolume('cat /data/certificate')).toBe(`${certificate}\n`);
    const modes = ['app_db_password', 'mattermost_pgpass'].map((name) => {
      const { mode, uid } = statSync(join(stack.directory, 'secrets', name));
      return [mode & 0o777, uid];
    });
    expect(modes).toEqual([
      [0o444, 0],
      [0o400, 2000],
    ]);
    await stack.compose('up', '--detach', '--wait', 'app');
    expect(await stack.health()).toMatchObject({ app: 'healthy', 'app-db': 'healthy' });
  }, 300_000);

  it('gets the same kit out of an archive with tar and age alone', () => {
    mkdirSync(join(pocket, 'by-hand'));
    const lines = readBlock('age -d', {
      'backup_full_2026-01-31.tar.gz': `${pocket}/vault/archives/${archive}`,
      'recovery-key.txt': `${pocket}/recovery-key.txt`,
    });
    type(`cd by-hand\n${lines}`);
    const list = (folder: string) =>
      type(`cd ${folder}; find . -printf '%p %y %m %U:%G\\n' | sort; find . -type f -exec sha256sum {} + | sort`);
    for (const folder of ['files', 'volumes']) expect(list(`by-hand/kit/${folder}`)).toBe(list(`kit/${folder}`));
  }, 60_000);
});
