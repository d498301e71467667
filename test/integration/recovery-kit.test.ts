import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PathChoice } from '../../src/archive/path-choice.ts';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { doctor } from '../../src/operations/doctor.ts';
import { extractArchive } from '../../src/operations/extract.ts';
import { extractKit } from '../../src/operations/kit.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { verify } from '../../src/operations/verify.ts';
import { renderBackup } from '../../src/report/backup-report.ts';
import { summarizeBackup } from '../../src/report/summary/backup-summary.ts';
import { flipByte } from '../fixtures/flip-byte.ts';
import { createPlatform, writeFiles, type TestPlatform } from '../fixtures/platform.ts';

const canary = randomBytes(24).toString('hex');
const isRoot = process.getuid?.() === 0;
const compose = `name: skills-hub
services:
  app:
    image: scratch
    env_file: [app.env]
    configs: [caddyfile]
    secrets: [app_db_password]
    volumes:
      - ./odoo.conf:/etc/odoo/odoo.conf:ro
      - ./uploads:/app/uploads
configs:
  caddyfile: { file: ./infrastructure/Caddyfile }
secrets:
  app_db_password: { file: ./secrets/app_db_password }
`;
const plainFiles = {
  'docker-compose.yml': compose,
  'infrastructure/Caddyfile': ':80 { respond "ok" }\n',
  'proxy/notes.txt': 'of the proxy\n',
};
const secretFiles = {
  '.env': `ADMIN_PASSWORD=${canary}-env\n`,
  'app.env': `API_KEY=${canary}-env-file\n`,
  'odoo.conf': `admin_passwd = ${canary}-mounted\n`,
  'proxy/.env.local': `TOKEN=${canary}-below\n`,
  'secrets/app_db_password': Buffer.concat([Buffer.from(`${canary}-secret`), randomBytes(100), Buffer.from([0, 10])]),
  'tls/live/site.key': `-----BEGIN PRIVATE KEY-----\n${canary}-tls\n${randomBytes(30_000).toString('base64')}\n-----END PRIVATE KEY-----\n`,
};

let one: TestPlatform;
let keys: Record<'anna' | 'ben' | 'stranger', { file: string; recipient: string }>;
beforeAll(async () => {
  one = await createPlatform({ files: { report: 'report' } });
  writeFiles(one.directory, { ...plainFiles, ...secretFiles });
  chmodSync(join(one.directory, 'secrets'), 0o710);
  chmodSync(join(one.directory, 'secrets/app_db_password'), 0o440);
  if (isRoot) execFileSync('chown', ['1234:5678', join(one.directory, 'secrets/app_db_password')]);
  keys = { anna: makeKey('anna'), ben: makeKey('ben'), stranger: makeKey('stranger') };
}, 60_000);
afterAll(async () => {
  for (const { file } of Object.values(keys)) rmSync(file, { force: true });
  await one.stop();
});
afterEach(() => {
  for (const name of ['kit', 'unpacked']) rmSync(join(one.directory, name), { recursive: true, force: true });
});

/** With Debian's age, as the team makes it: what we make has to open with what they have. */
function makeKey(name: string) {
  const file = join(one.directory, '..', `${one.directory.split('/').at(-1)}-${name}.txt`);
  rmSync(file, { force: true });
  execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' });
  return { file, recipient: execFileSync('age-keygen', ['-y', file], { encoding: 'utf8' }).trim() };
}

/** The platform with this `recovery:`. */
async function withRecovery(recovery: object): Promise<Platform> {
  return await one.reconfigure((yaml) => `${yaml}recovery: ${JSON.stringify(recovery)}\n`);
}

async function makeBackup(recovery: object): Promise<{ platform: Platform; made: BackupResult }> {
  const platform = await withRecovery(recovery);
  // Archives of one second would have one name.
  const now = () => new Date(Date.now() + (seconds += 1) * 1000);
  return { platform, made: await backup({ ...platform, now }, { trigger: 'manual' }) };
}
let seconds = 0;

const everything = () => ({
  recipients: [keys.anna.recipient, keys.ben.recipient],
  include: ['proxy'],
  secrets: ['tls'],
});
const kitPath = (name = '') => join(one.directory, 'kit', name);

function unpack(archive: string): string {
  const target = join(one.directory, 'unpacked');
  mkdirSync(target);
  const path = join(one.vaultDirectory, archive);
  execFileSync('tar', ['--extract', '--gzip', '--preserve-permissions', '--file', path, '-C', target]);
  return target;
}

/** Every file below, archives also as what they decompress to. */
function* contentsBelow(folder: string): Generator<[path: string, content: Buffer]> {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const content = readFileSync(path);
    yield [path, content];
    if (content[0] === 0x1f && content[1] === 0x8b) yield [`${path} (decompressed)`, gunzipSync(content)];
  }
}

function findSecrets(): string[] {
  const found: string[] = [];
  for (const folder of [one.vaultDirectory, one.state]) {
    for (const [path, content] of contentsBelow(folder)) if (content.includes(canary)) found.push(path);
  }
  return found;
}

describe('an archive with a recovery kit', () => {
  it('opens by hand, with tar and Debian’s age: every file as it was, byte for byte, for each of the recipients', async () => {
    const { made } = await makeBackup(everything());
    const target = unpack(made.archive);
    for (const { file } of [keys.anna, keys.ben]) {
      const by = join(target, 'opened');
      mkdirSync(by);
      cpSync(join(target, 'kit/files'), join(by, 'files'), { recursive: true });
      const tar = execFileSync('age', ['-d', '-i', file, join(target, 'kit/secrets.tar.age')], { maxBuffer: 1 << 26 });
      execFileSync('tar', ['--extract', '--preserve-permissions', '-C', by], { input: tar });
      for (const [name, content] of Object.entries({ ...plainFiles, ...secretFiles })) {
        expect({ name, isSame: readFileSync(join(by, 'files', name)).equals(Buffer.from(content as string)) }).toEqual({
          name,
          isSame: true,
        });
      }
      const about = statSync(join(by, 'files/secrets/app_db_password'));
      expect(about.mode & 0o7777).toBe(0o440);
      expect(statSync(join(by, 'files/secrets')).mode & 0o7777).toBe(0o710);
      if (isRoot) expect([about.uid, about.gid]).toEqual([1234, 5678]);
      rmSync(by, { recursive: true });
    }
    expect(existsSync(join(target, 'kit/files/uploads'))).toBe(false);
    expect(readFileSync(join(target, 'kit/files/continuity.yml'), 'utf8')).toBe(readFileSync(one.configPath, 'utf8'));
    expect(readFileSync(join(target, 'LISEZMOI.txt'), 'utf8')).toContain('age -d -i');
  });

  it('holds no byte of a secret outside of what is encrypted, nor does the vault or the state directory', async () => {
    const { platform, made } = await makeBackup(everything());
    expect(findSecrets()).toEqual([]);
    expect(made.manifest?.kit).toMatchObject({ secrets: 6, recipients: [keys.anna.recipient, keys.ben.recipient] });
    expect(await verify(platform, { archive: made.archive, level: 'full' })).toMatchObject({ isSound: true });
    expect(one.log.join('\n')).not.toContain(canary);
  });

  it('is told of in one line of every report, with what looked like a secret among plain files', async () => {
    const { made } = await makeBackup(everything());
    const line = `Recovery kit: 4 plain files, 6 secrets encrypted for ${keys.anna.recipient.slice(0, 12)}`;
    expect(renderBackup(made)).toContain(line);
    expect(summarizeBackup(made)).toContain(line);
    expect(made.warnings).toContain(
      'recovery kit: files/proxy/.env.local looks like a secret: it is kept with the secrets, not in plain',
    );
  });

  it('costs little when nothing has changed: the secrets alone, encrypted anew', async () => {
    await makeBackup(everything());
    const { made } = await makeBackup(everything());
    const { sizeBytes = 0 } = made.manifest?.kit?.entries['kit/secrets.tar.age'] ?? {};
    expect(sizeBytes).toBeGreaterThan(6 * 1024);
    // The manifest with its times, the secrets, the index.
    expect(made.storedBytes).toBeLessThan(sizeBytes + 5 * 4096);
  });

  it('comes back with the command: plain and secret files in their places, for the owner alone', async () => {
    const { platform, made } = await makeBackup(everything());
    const options = { archive: made.archive, directory: kitPath(), identity: keys.ben.file };
    const result = await extractKit(platform, options);
    expect(result).toMatchObject({
      archive: made.archive,
      directory: kitPath(),
      files: 4,
      secrets: 6,
      state: 'opened',
    });
    for (const [name, content] of Object.entries({ ...plainFiles, ...secretFiles })) {
      expect(readFileSync(kitPath(`files/${name}`)).equals(Buffer.from(content as string))).toBe(true);
    }
    expect(statSync(kitPath()).mode & 0o777).toBe(0o700);
    expect(statSync(kitPath('files/secrets/app_db_password')).mode & 0o777).toBe(0o440);
    if (isRoot) expect(statSync(kitPath('files/secrets/app_db_password')).uid).toBe(1234);
    expect(existsSync(kitPath('secrets.tar.age'))).toBe(false);
    await expect(extractKit(platform, options)).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/is not empty/),
    });
  });

  it('comes back without the key as well: the secrets as they are, to be opened later', async () => {
    const { platform, made } = await makeBackup(everything());
    const result = await extractKit(platform, { archive: made.archive, directory: kitPath() });
    expect(result).toMatchObject({ files: 4, secrets: 0, state: 'sealed' });
    expect(existsSync(kitPath('files/.env'))).toBe(false);
    const tar = execFileSync('age', ['-d', '-i', keys.anna.file, kitPath('secrets.tar.age')]);
    execFileSync('tar', ['--extract', '-C', kitPath()], { input: tar });
    expect(readFileSync(kitPath('files/.env'), 'utf8')).toBe(secretFiles['.env']);
  });

  it('is unpacked with all the rest, and left out where sources are chosen', async () => {
    const { platform, made } = await makeBackup(everything());
    const { archive } = made;
    const whole = await extractArchive(platform, { archive, directory: kitPath() });
    expect(whole.parts).toContainEqual({ name: 'kit', kind: 'kit', bytes: expect.any(Number) });
    expect(existsSync(kitPath('kit/secrets.tar.age'))).toBe(true);
    rmSync(kitPath(), { recursive: true });
    await extractArchive(platform, { archive, directory: kitPath(), select: ['uploads'] });
    expect(existsSync(kitPath('kit'))).toBe(false);
    rmSync(kitPath(), { recursive: true });
    await extractArchive(platform, {
      archive,
      directory: kitPath(),
      paths: PathChoice.parse(['kit/files/docker-compose.yml']),
    });
    expect(readFileSync(kitPath('kit/files/docker-compose.yml'), 'utf8')).toBe(compose);
  });
});

describe('a key that does not open it', () => {
  it('is refused before anything is written: another one, with the names of both sides', async () => {
    const { platform, made } = await makeBackup(everything());
    const options = { archive: made.archive, directory: kitPath(), identity: keys.stranger.file };
    await expect(extractKit(platform, options)).rejects.toMatchObject({
      kind: 'refused',
      message: `the secrets of ${made.archive} are not encrypted for this key (${keys.stranger.recipient})`,
      next: expect.stringContaining(`${keys.anna.recipient} and ${keys.ben.recipient}`),
    });
    expect(existsSync(kitPath())).toBe(false);
  });

  it.each([
    ['a file that is none', 'password\n', /holds no private age key/],
    ['a public key', 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n', /holds no private age key/],
    ['one behind a passphrase', 'age-encryption.org/v1\n-> scrypt x 18\n', /protected by a passphrase/],
  ])('is refused: %s', async (_, content, message) => {
    const file = join(one.directory, 'wrong-key');
    writeFileSync(file, content);
    const options = { archive: 'latest', directory: kitPath(), identity: file };
    await expect(extractKit(one.platform, options)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
    });
  });

  it('is refused where there is no such file', async () => {
    const options = { archive: 'latest', directory: kitPath(), identity: '/nowhere/key' };
    await expect(extractKit(one.platform, options)).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('without recipients', () => {
  it('no secret is in the archive, and every report and the doctor say so', async () => {
    const { platform, made } = await makeBackup({ include: ['proxy'], secrets: ['tls'] });
    const target = unpack(made.archive);
    expect(existsSync(join(target, 'kit/secrets.tar.age'))).toBe(false);
    expect(existsSync(join(target, 'kit/files/.env'))).toBe(false);
    expect(findSecrets()).toEqual([]);
    expect(renderBackup(made)).toMatch(/Recovery kit: 4 plain files, WITHOUT the 6 secrets of the platform/);
    const { findings } = await doctor(platform);
    expect(findings.filter(({ subject }) => subject === 'recovery')[0]).toMatchObject({
      state: 'warning',
      message: expect.stringMatching(/no recovery recipients.*in no archive/),
      next: expect.stringMatching(/age-keygen .*recipients: \[age1…\]/),
    });
    const options = { archive: made.archive, directory: kitPath(), identity: keys.anna.file };
    expect(await extractKit(platform, options)).toMatchObject({ state: 'left-out', files: 4, secrets: 0 });
  });
});

describe('what cannot be read', () => {
  it('fails the backup and the doctor where continuity.yml names it, and is in no way of a safety backup', async () => {
    const platform = await withRecovery({ ...everything(), secrets: ['tls', 'no-such-folder'] });
    const failure = {
      kind: 'source',
      message: expect.stringMatching(/files\/no-such-folder, named by recovery\.secrets, cannot be read/),
    };
    await expect(backup(platform, { trigger: 'manual' })).rejects.toMatchObject(failure);
    const { findings, exitCode } = await doctor(platform);
    expect(exitCode).toBe(1);
    expect(findings).toContainEqual(expect.objectContaining({ subject: 'recovery', state: 'failed' }));
    const now = () => new Date(Date.now() + (seconds += 1) * 1000);
    const safety = await backup({ ...platform, now }, { trigger: 'safety' });
    expect(safety.warnings).toContainEqual(expect.stringMatching(/no-such-folder.*cannot be read/));
  });

  it('fails the backup where it is there and cannot be read, though nobody has named it', async () => {
    const path = join(one.directory, 'app.env');
    const content = readFileSync(path);
    rmSync(path);
    symlinkSync('app.env', path);
    try {
      const platform = await withRecovery(everything());
      await expect(backup(platform, { trigger: 'manual' })).rejects.toMatchObject({
        kind: 'source',
        message: expect.stringMatching(
          /^recovery kit: files\/app\.env, named by the compose file, cannot be read: .*ELOOP/,
        ),
      });
      // Nobody reads it where it would stay out anyway.
      await backup(await withRecovery({}), { trigger: 'safety' });
    } finally {
      rmSync(path);
      writeFileSync(path, content);
    }
  });

  it('is a warning where the compose file alone names it, and nothing at all for an .env that nobody has', async () => {
    const own = await createPlatform({ files: { a: 'a' }, lines: [`compose: {}`] });
    try {
      writeFiles(own.directory, {
        'docker-compose.yml':
          'name: x\nservices: {}\nsecrets: {gone: {file: ./gone}}\nconfigs: {here: {file: ./here}}\n',
        here: 'here',
      });
      const { warnings, manifest } = await backup(own.platform, { trigger: 'manual' });
      const about = warnings.filter((warning) => !warning.includes('without docker'));
      // Docker leaves out what no service uses.
      expect(about.filter((warning) => warning.includes('.env'))).toEqual([]);
      expect(manifest?.kit).toMatchObject({ secrets: 0 });
      expect(Object.keys(manifest?.kit?.entries ?? {})).toContain('kit/files/docker-compose.yml');
    } finally {
      await own.stop();
    }
  });

  it('is told before it is read where it is far too much', async () => {
    const big = join(one.directory, 'big');
    writeFileSync(big, '');
    execFileSync('truncate', ['--size', '65M', big]);
    const platform = await withRecovery({ include: ['big'] });
    await expect(backup(platform, { trigger: 'manual' })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/recovery kit would hold more than .*files\/big/),
    });
    rmSync(big);
  });
});

it('a kit whose encrypted part was tampered with is found by verify, and is not opened', async () => {
  const { platform, made } = await makeBackup(everything());
  const path = join(one.vaultDirectory, made.archive);
  const at = readFileSync(path).indexOf('age-encryption.org/v1');
  // Large enough to be stored as it is.
  expect(at).toBeGreaterThan(0);
  flipByte(path, at + 1000);
  const verdict = await verify(platform, { archive: made.archive, level: 'full' });
  expect(verdict.isSound).toBe(false);
  expect(verdict.damage).toContainEqual(expect.objectContaining({ where: 'kit/secrets.tar.age' }));
  const options = { archive: made.archive, directory: kitPath(), identity: keys.anna.file };
  await expect(extractKit(platform, options)).rejects.toMatchObject({ kind: 'damaged' });
  expect(existsSync(kitPath())).toBe(false);
}, 30_000);
