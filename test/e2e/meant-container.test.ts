import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import { planKit } from '../../src/operations/kit/plan-kit.ts';
import { openProject } from '../../src/operations/open-project.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { findContainer, findRunning, type ContainerName } from '../../src/sources/compose/container.ts';
import { readComposeModel } from '../../src/sources/compose/model.ts';
import { listServiceContainers } from '../../src/sources/compose/service-containers.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { removeProject } from '../fixtures/docker/project.ts';

const ground = await openDockerGround();
const project = `meant-${process.pid}`;
const other = `${project}-dev`;

const composeFile = `
name: ${project}
services:
  store: { image: '\${POSTGRES_IMAGE}', entrypoint: [sleep, '3600'], stop_grace_period: 0s }
  told: { image: '\${POSTGRES_IMAGE}', entrypoint: ['true'], configs: [own], profiles: [rare] }
  rare: { image: '\${POSTGRES_IMAGE}', entrypoint: [sleep, '3600'], stop_grace_period: 0s, profiles: [rare] }
configs: { own: { file: './\${COMPOSE_PROJECT_NAME}.conf' } }
`;

ground.describe('the container that a command acts on', () => {
  let directory: string;
  const compose = (...args: string[]) =>
    ground.docker('compose', '--project-directory', directory, '-f', join(directory, 'docker-compose.yml'), ...args);
  /** A platform in a shell that has these variables set. */
  function platformIn(shell: NodeJS.ProcessEnv, lines = 'compose: {}'): Platform {
    const config = parseConfig(`vault: {path: /vault}\n${lines}\n`, join(directory, 'continuity.yml'));
    return { config, environment: { ...ground.environment, ...shell } } as unknown as Platform;
  }
  const find = (service: string) => findContainer({ by: 'service', service, project: openProject(platformIn({})) });

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'continuity-meant-'));
    writeFileSync(join(directory, 'docker-compose.yml'), composeFile);
    writeFileSync(join(directory, '.env'), `POSTGRES_IMAGE=${ground.images.postgres}\n`);
  }, 60_000);
  afterAll(async () => {
    for (const each of [project, other]) await removeProject(ground, each);
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it("is production's own, in a shell that is set to another project (fault 122)", async () => {
    await compose('--project-name', other, 'up', '--detach', 'store');
    const shell = {
      COMPOSE_PROJECT_NAME: other,
      COMPOSE_FILE: '/nowhere.yml',
      COMPOSE_PROFILES: 'rare',
      COMPOSE_ENV_FILES: '/nowhere.env',
    };
    const there = openProject(platformIn(shell));
    expect((await readComposeModel(there)).project).toBe(project);
    expect(await listServiceContainers(there)).toEqual([]);
    await compose('up', '--detach', 'store');
    const found = await findRunning({ by: 'service', service: 'store', project: there });
    expect(found).toMatchObject({ name: `${project}-store-1`, label: 'service store', state: 'running' });
    expect(found.pid).toBeGreaterThan(0);
  }, 120_000);

  it('that is paused is to be let go on, by whichever name it was asked for', async () => {
    await compose('pause', 'store');
    const project = openProject(platformIn({}));
    const { name } = await findRunning({ by: 'service', service: 'store', project }, { mayBePaused: true });
    const ask = (asked: ContainerName) => findRunning(asked, { waitMs: 0 });
    await expect(ask({ by: 'service', service: 'store', project })).rejects.toMatchObject({
      message: 'service store is not running (paused)',
      next: 'Let it go on (docker compose unpause store), then run again.',
    });
    await expect(ask({ by: 'container', container: name, environment: ground.environment })).rejects.toMatchObject({
      next: `Let it go on (docker unpause ${name}), then run again.`,
    });
    await compose('unpause', 'store');
  }, 60_000);

  it('is what a kit looks for as well, where no project is configured', async () => {
    const { plain } = await planKit(platformIn({ COMPOSE_PROJECT_NAME: other }, ''));
    expect(plain.map(({ path }) => path)).toContain(join(directory, `${project}.conf`));
  }, 60_000);

  it('has the name that .env gives the project, as Compose has it', async () => {
    writeFileSync(join(directory, '.env'), `POSTGRES_IMAGE=${ground.images.postgres}\nCOMPOSE_PROJECT_NAME=${other}\n`);
    try {
      expect((await readComposeModel(openProject(platformIn({})))).project).toBe(other);
    } finally {
      writeFileSync(join(directory, '.env'), `POSTGRES_IMAGE=${ground.images.postgres}\n`);
    }
  }, 60_000);

  it('is never one that docker compose run made, and may be of a profile', async () => {
    await compose('up', '--detach', 'store');
    await compose('run', '--detach', 'store');
    await compose('run', '--detach', 'rare');
    expect((await find('store'))?.name).toBe(`${project}-store-1`);
    expect(await find('rare')).toBeUndefined();
    await compose('--profile', 'rare', 'up', '--detach', 'rare');
    expect((await find('rare'))?.name).toBe(`${project}-rare-1`);
  }, 120_000);

  it('is the one that runs of several, and none where several run', async () => {
    await compose('up', '--detach', '--scale', 'store=2', 'store');
    await expect(find('store')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(`service store runs in 2 containers (${project}-store-1, ${project}-store-2)`),
    });
    for (const [stopped, left] of [
      ['1', '2'],
      ['2', '1'],
    ] as const) {
      await ground.docker('stop', `${project}-store-${stopped}`);
      expect((await find('store'))?.name).toBe(`${project}-store-${left}`);
      await ground.docker('start', `${project}-store-${stopped}`);
    }
    await ground.docker('pause', `${project}-store-1`);
    await expect(find('store')).rejects.toMatchObject({ kind: 'config' });
    await ground.docker('unpause', `${project}-store-1`);
  }, 120_000);

  it('that no service or container has is a fault of the configuration or the compose file', async () => {
    await expect(find('nothing')).rejects.toThrow('nothing');
    const container = `${project}-nothing`;
    await expect(findContainer({ by: 'container', container, environment: ground.environment })).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(`there is no container ${container}`),
    });
  }, 60_000);
});
