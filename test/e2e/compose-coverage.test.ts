import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { silent } from '../../src/logging/logger.ts';
import { backup } from '../../src/operations/backup.ts';
import { doctor } from '../../src/operations/doctor.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { planHalt } from '../../src/operations/services/plan-halt.ts';
import { compareStack } from '../../src/operations/restore/compare-stack.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { removeProject } from '../fixtures/docker/project.ts';

const ground = await openDockerGround();
const project = `coverage-${process.pid}`;
const image = `${project}/app`;

const composeFile = (volumes: string) => `
name: ${project}
services:
  app:
    image: ${image}:1
    init: true
    stop_grace_period: 1s
    command: [sleep, infinity]
    volumes: ['./uploads:/uploads', ${volumes}]
  app-db: { image: 'postgres:none', environment: { POSTGRES_USER: app }, profiles: [never] }
volumes: { media: {}, former: {} }
`;

ground.describe('a compose project of which not all is covered', () => {
  let directory: string;
  let platform: Platform;

  const compose = (...args: string[]) =>
    ground.docker('compose', '--project-directory', directory, '-f', join(directory, 'docker-compose.yml'), ...args);

  async function configure(
    lines: string,
    environment: NodeJS.ProcessEnv = ground.environment,
    files = '{}',
  ): Promise<Platform> {
    const path = join(directory, 'continuity.yml');
    writeFileSync(path, `state: state\nvault: {path: vault/archives}\ncompose: ${files}\n${lines}`);
    return { ...platform, config: await loadConfig(path), environment };
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'continuity-coverage-'));
    mkdirSync(join(directory, 'uploads'));
    mkdirSync(join(directory, 'vault'));
    writeFileSync(join(directory, 'uploads/cv.pdf'), 'a curriculum');
    platform = {
      config: undefined as never,
      logger: silent,
      environment: ground.environment,
      now: () => new Date(),
      holder: 'the test',
      vaultBundlePath: '',
      toolVersion: '0.0.0-test',
    };
    // Two images that differ in what they declare: a volume that nobody names.
    for (const [tag, lines] of [
      ['1', 'VOLUME /var/lib/inside'],
      ['2', 'LABEL version=2'],
    ] as const) {
      writeFileSync(join(directory, 'Dockerfile'), `FROM ${ground.images.base}\n${lines}\n`);
      await ground.docker('build', '--quiet', '--tag', `${image}:${tag}`, directory);
    }
    writeFileSync(join(directory, 'docker-compose.yml'), composeFile("'media:/media', 'former:/former'"));
    await compose('up', '--detach');
    // Since then a volume was taken out of the file, and is still there.
    writeFileSync(join(directory, 'docker-compose.yml'), composeFile("'media:/media'"));
    await compose('up', '--detach');
  }, 300_000);
  afterAll(async () => {
    await removeProject(ground, project);
    await ground.docker('image', 'rm', '--force', `${image}:1`, `${image}:2`).catch(() => '');
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }, 120_000);

  const covered = `databases: {}
files: { uploads: { path: uploads }, media: { volume: media } }
not-covered:
  database app-db: it never runs
  volume former: of last year
  anonymous volume app:/var/lib/inside: made again
`;

  it('has each of it named by every backup, in the manifest too, and its images recorded', async () => {
    const result = await backup(await configure('files: { uploads: { path: uploads } }\n'), { trigger: 'manual' });
    const named = [
      'database app-db is not backed up',
      'volume media (service app) is not backed up',
      'volume former is not backed up',
      'anonymous volume app:/var/lib/inside is not backed up',
    ];
    for (const text of named) expect(result.warnings).toContainEqual(expect.stringContaining(text));
    expect(result.warnings).toHaveLength(named.length);
    expect(result.manifest?.warnings).toEqual(result.warnings);
    expect(result.manifest?.compose).toEqual({ project, version: expect.stringMatching(/^\d+\./) });
    expect(result.manifest?.images).toMatchObject({
      app: { image: `${image}:1`, id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), digests: [] },
      'app-db': { image: 'postgres:none', digests: [] },
    });
  }, 120_000);

  it('is quiet once all has a source or a reason', async () => {
    const settled = await configure(covered);
    expect((await backup(settled, { trigger: 'manual' })).warnings).toEqual([]);
    const { findings } = await doctor(settled);
    const about = findings.filter(({ subject }) => subject === 'compose' || subject === 'coverage');
    expect(about).toEqual([
      {
        subject: 'compose',
        state: 'ok',
        message: expect.stringMatching(/^project .*, 2 services; Docker .*, Compose /),
      },
      { subject: 'coverage', state: 'ok', message: expect.stringContaining('has a source, or a reason why not') },
    ]);
  }, 120_000);

  it('is told by doctor, with services that are named and not there', async () => {
    const wrong = await configure('databases: { app: { service: other-db } }\nnot-covered: { volume typo: x }\n');
    const { findings, exitCode } = await doctor(wrong);
    expect(findings).toContainEqual({
      subject: 'databases.app.service',
      state: 'failed',
      message: 'the compose project has no service other-db',
      next: expect.stringContaining('It has app, app-db'),
    });
    const worries = findings.filter(({ subject }) => subject === 'coverage').map(({ message }) => message);
    expect(worries).toContain('bind mount ./uploads (service app) is not backed up');
    expect(worries).toContainEqual(expect.stringContaining('"volume typo"'));
    expect(exitCode).not.toBe(0);
  }, 120_000);

  it('is backed up all the same where docker cannot be asked, with a warning that says so', async () => {
    const deaf = { ...ground.environment, DOCKER_HOST: `unix://${directory}/nobody.sock` };
    const cut = await configure('files: { uploads: { path: uploads } }\n', deaf);
    const result = await backup(cut, { trigger: 'manual' });
    expect(result.warnings).toEqual([expect.stringMatching(/could not be checked: the Docker engine does not answer/)]);
    expect(result.manifest?.images).toBeUndefined();
    expect(result.manifest?.files['uploads']?.files).toBe(1);
    const { findings } = await doctor(cut);
    expect(findings.find(({ subject }) => subject === 'compose')).toMatchObject({ state: 'failed' });
  }, 120_000);

  it('has a restore told where a service runs another image than then', async () => {
    const settled = await configure(covered);
    const { manifest } = await backup(settled, { trigger: 'manual' });
    expect(await compareStack(settled, manifest!)).toEqual([]);
    const foreign = { ...manifest!, compose: { project: 'another' } };
    expect(await compareStack(settled, foreign)).toEqual([expect.stringContaining('compose project another')]);
    writeFileSync(
      join(directory, 'docker-compose.yml'),
      composeFile("'media:/media'").replace(`${image}:1`, `${image}:2`),
    );
    await compose('up', '--detach');
    expect(await compareStack(settled, manifest!)).toEqual([
      expect.stringMatching(
        new RegExp(`^service app: made with ${image}:1 \\(sha256:.{12}…\\), now ${image}:2 \\(sha256:`),
      ),
    ]);
  }, 120_000);

  it('is read with its override, as operators start it, and what is left unread is named', async () => {
    const override = join(directory, 'docker-compose.override.yml');
    const worker = `{ image: '${image}:2', command: [sleep, infinity], init: true, volumes: ['./uploads:/in'] }`;
    writeFileSync(override, `services: { worker: ${worker} }\n`);
    await compose('-f', override, 'up', '--detach');
    const settled = await configure(covered);
    const { users, services } = await planHalt(settled, { databases: [], files: settled.config.files });
    expect([users.stop, services.stop].map((names) => [...names].sort())).toEqual([
      ['app', 'worker'],
      ['app', 'worker'],
    ]);
    expect((await backup(settled, { trigger: 'manual' })).warnings).toEqual([]);
    const partly = await configure(covered, ground.environment, '{ file: docker-compose.yml }');
    const unread = expect.stringContaining(`containers run by ${override}, which is not read`);
    expect((await backup(partly, { trigger: 'manual' })).warnings).toEqual([unread]);
    expect((await doctor(partly)).findings).toContainEqual({
      subject: 'compose',
      state: 'warning',
      message: unread,
      next: expect.stringContaining('compose: file:'),
    });
  }, 120_000);
});
