import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectKit } from '../../src/operations/kit/collect-kit.ts';
import { loadConfig } from '../../src/config/load.ts';
import { writeFiles } from '../fixtures/platform.ts';

const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;
const hasEngine = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
const name = `hub-kit-${randomBytes(4).toString('hex')}`;
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kit-compose-'));
  mkdirSync(join(directory, 'uploads'));
  writeFiles(directory, {
    'continuity.yml': [
      'vault: {path: vault}',
      'files: {uploads: {path: uploads}}',
      'compose: {file: [docker-compose.yml, override.yml]}',
      'recovery: {recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}',
    ].join('\n'),
    'docker-compose.yml': [
      `name: ${name}`,
      'include: [{path: parts/mail.yml, env_file: [mail-include.env]}]',
      'services:',
      '  app:',
      '    extends: {file: parts/base.yml, service: base}',
      '    image: scratch',
      '    env_file: [app.env, {path: optional.env, required: false}]',
      '    secrets: [app]',
      '    volumes: [./uploads:/uploads, ./app.conf:/app.conf:ro, /etc/hostname:/etc/hostname:ro]',
      'secrets: {app: {file: "${SECRETS:-./nowhere}/app"}}',
    ].join('\n'),
    'override.yml': 'services: {app: {configs: [proxy]}}\nconfigs: {proxy: {file: proxy/Caddyfile}}\n',
    'parts/mail.yml': 'services: {mail: {image: scratch, env_file: [mail.env]}}\n',
    'parts/base.yml': 'services: {base: {image: scratch, profiles: [never]}}\n',
    '.env': 'SECRETS=./real\n',
    'app.env': 'A=1\n',
    'mail-include.env': 'B=1\n',
    'parts/mail.env': 'C=1\n',
    'app.conf': 'password\n',
    'proxy/Caddyfile': ':80\n',
    'real/app': 'secret\n',
    'target/app.pem': 'pem\n',
  });
});
afterAll(() => {
  if (hasEngine) spawnSync('docker', ['volume', 'rm', `${name}_certificates`], { stdio: 'ignore' });
  rmSync(directory, { recursive: true, force: true });
});

async function collect(
  environment: Record<string, string | undefined>,
  mayBeMissing = false,
  place: string = directory,
) {
  const config = await loadConfig(join(place, 'continuity.yml'));
  const { plain, secrets, warnings } = await collectKit({ config, environment }, { mayBeMissing });
  const namesOf = (entries: typeof plain) =>
    entries.filter(({ type }) => type !== 'dir').map(({ name: each }) => each.toString());
  return { plain: namesOf(plain), secrets: namesOf(secrets), warnings };
}

const plain = [
  'files/continuity.yml',
  'files/docker-compose.yml',
  'files/override.yml',
  'files/parts/base.yml',
  'files/parts/mail.yml',
  'files/proxy/Caddyfile',
];

(hasCompose ? it : it.skip)(
  'the kit holds what a compose project names, by docker’s reading and by its files (skipped without docker compose)',
  async () => {
    expect(await collect(process.env)).toEqual({
      plain,
      secrets: [
        'files/.env',
        'files/app.conf',
        'files/app.env',
        'files/mail-include.env',
        'files/parts/mail.env',
        'files/real/app',
      ],
      warnings: [],
    });
  },
);

(hasCompose ? it : it.skip)(
  'a .env that docker cannot read is told by its line, not by what stands there (skipped without docker compose)',
  async () => {
    const password = randomBytes(12).toString('hex');
    writeFiles(directory, { '.env': `SECRETS=./real\n${password}/+ part of a key\n` });
    const { warnings } = await collect(process.env).finally(() =>
      writeFiles(directory, { '.env': 'SECRETS=./real\n' }),
    );
    expect(warnings.join('\n')).toContain('.env: line 2: unexpected character');
    expect(warnings.join('\n')).not.toContain(password);
  },
);

it('the kit holds what bare docker compose takes: the override, and files that COMPOSE_FILE of .env names', async () => {
  const place = mkdtempSync(join(tmpdir(), 'kit-compose-'));
  try {
    writeFiles(place, {
      'continuity.yml': 'vault: {path: vault}\ncompose: {}\n',
      'docker-compose.yml': 'services: {}\n',
      'docker-compose.override.yml': 'configs: {proxy: {file: Caddyfile}}\n',
      'parts/more.yml': 'services: {}\n',
      Caddyfile: ':80\n',
    });
    const list = async () => (await collect({ ...process.env, PATH: '/nowhere' }, false, place)).plain;
    const own = ['files/continuity.yml', 'files/docker-compose.yml'];
    expect(await list()).toEqual(['files/Caddyfile', own[0], 'files/docker-compose.override.yml', own[1]]);
    writeFiles(place, { '.env': 'COMPOSE_FILE=docker-compose.yml:parts/more.yml\n' });
    expect(await list()).toEqual([...own, 'files/parts/more.yml']);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

it('without docker it holds what the files themselves tell, and says what it does not know', async () => {
  const { secrets, warnings, ...rest } = await collect({ ...process.env, PATH: '/nowhere' });
  expect(rest).toEqual({ plain });
  expect(secrets).toContain('files/.env');
  expect(secrets).toContain('files/app.env');
  expect(secrets).not.toContain('files/real/app');
  expect(warnings).toEqual([
    expect.stringMatching(/^recovery kit: the compose file was read without docker \(the program docker is missing/),
    expect.stringMatching(/files\/nowhere\/app, named by the compose file, cannot be read/),
  ]);
});

(hasEngine ? it : it.skip)(
  'a secret volume comes from where Docker keeps it, its links with it (skipped without a Docker engine)',
  async () => {
    const volume = `${name}_certificates`;
    spawnSync('docker', ['volume', 'create', volume], { stdio: 'ignore' });
    const { stdout } = spawnSync('docker', ['volume', 'inspect', '-f', '{{.Mountpoint}}', volume], {
      encoding: 'utf8',
    });
    writeFiles(stdout.trim(), { 'live/site.key': 'key\n' });
    symlinkSync('../live/site.key', join(stdout.trim(), 'live/current'));
    const config = await loadConfig(join(directory, 'continuity.yml'));
    const recovery = { ...config.recovery, secretVolumes: [volume] };
    const collected = await collectKit(
      { config: { ...config, recovery }, environment: process.env },
      { mayBeMissing: false },
    );
    const found = collected.secrets.filter(({ name: each }) => each.toString().startsWith('volumes/'));
    expect(found.map(({ name: each, type, content }) => [each.toString(), type, content.toString()])).toEqual([
      [`volumes/${volume}/`, 'dir', ''],
      [`volumes/${volume}/live/`, 'dir', ''],
      [`volumes/${volume}/live/current`, 'symlink', ''],
      [`volumes/${volume}/live/site.key`, 'reg', 'key\n'],
    ]);
    const missing = { ...config, recovery: { ...config.recovery, secretVolumes: ['no-such-volume'] } };
    await expect(
      collectKit({ config: missing, environment: process.env }, { mayBeMissing: false }),
    ).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringMatching(/volumes\/no-such-volume, named by recovery\.secret-volumes/),
    });
  },
  60_000,
);
