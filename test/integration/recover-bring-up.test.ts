import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { bringUpDatabases, bringUpPlatform, prepareProject } from '../../src/operations/recover/bring-up.ts';

const model = {
  name: 'hub',
  services: {
    app: { image: 'app', volumes: [{ type: 'volume', source: 'media', target: '/media' }] },
    chat: { image: 'chat', volumes: [{ type: 'volume', source: 'talk', target: '/talk' }] },
    proxy: { image: 'proxy', volumes: [{ type: 'volume', source: 'certificates', target: '/data' }] },
    mail: { image: 'mail', volumes: [{ type: 'volume', source: 'queue', target: '/queue' }] },
  },
  volumes: { media: { name: 'hub_media' }, talk: { name: 'the-talk' }, certificates: {}, queue: {} },
};

const app = {
  Id: 'app-id',
  Name: '/hub-app-1',
  Config: { Labels: { 'com.docker.compose.service': 'app' }, User: '' },
  State: { Status: 'paused', Pid: 1 },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-bring-up-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A platform whose `docker` is a shell script's `case` on what it is asked. */
function platformOf(cases: string, files = '{}'): Platform {
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\ncase "$*" in\n${cases}\nesac\n`);
  chmodSync(join(folder, 'docker'), 0o755);
  const text = `vault: {path: /vault}\ncompose: {}\nfiles: ${files}\n`;
  const config = parseConfig(text, join(folder, 'continuity.yml'));
  return { config, environment: { PATH: `${folder}:${process.env['PATH']}` } } as unknown as Platform;
}

/** What docker is asked to do: it knows the model, and of containers one of the App where that is said. */
async function collectCalls(files: string, { hasApp = false } = {}): Promise<string[]> {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  writeFileSync(join(folder, 'app.json'), JSON.stringify(hasApp ? [app] : []));
  const cases = `
    *--services*) printf 'app\\nproxy\\nweb\\n' ;;
    *config*) cat "${folder}/model.json" ;;
    *" ps "*) ${hasApp ? 'echo app-id' : ':'} ;;
    *inspect*) cat "${folder}/app.json" ;;
    *) echo "$*" >>"${folder}/calls" ;;`;
  await bringUpDatabases(platformOf(cases, files), ['certificates']);
  return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
}

it('makes all that is started later, and the volumes of file sources, be they named by their keys or as Docker knows them', async () => {
  const calls = await collectCalls('{a: {volume: hub_media}, b: {volume: the-talk}}');
  expect(calls).toEqual([expect.stringMatching(/ up --no-start --no-recreate app proxy web chat$/)]);
});

it('makes the container that files lie in, and leaves one alone that is there: Compose would start it if it is paused', async () => {
  const files = '{a: {service: mail, path: /srv/mail}, b: {service: app, path: /srv/app}}';
  expect(await collectCalls(files)).toEqual([
    expect.stringMatching(/ up --no-start --no-recreate app proxy web mail$/),
  ]);
  rmSync(join(folder, 'calls'));
  const again = await collectCalls(files, { hasApp: true });
  expect(again).toEqual([expect.stringMatching(/ up --no-start --no-recreate proxy web mail$/)]);
});

it('prepares the project of the files that it will be started by, an override that the kit brought among them', async () => {
  for (const name of ['docker-compose.yml', 'docker-compose.override.yml']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'infrastructure/compose'), { recursive: true });
  writeFileSync(join(folder, 'infrastructure/compose/prepare.sh'), `echo "$COMPOSE_FILE" >"${folder}/told"\n`);
  const config = parseConfig('vault: {path: /vault}\ncompose: {}\n', join(folder, 'continuity.yml'));
  await prepareProject({ config, environment: process.env } as unknown as Platform);
  const told = readFileSync(join(folder, 'told'), 'utf8').trim().split(':');
  expect(told).toEqual([join(folder, 'docker-compose.yml'), join(folder, 'docker-compose.override.yml')]);
});

it.each([
  ['is well where one has done what it was to do once, and the others get healthy', 0, 0],
  ['is not where another one has ended', 1, 1],
])('a platform %s', async (_name, exitCode, failures) => {
  const list = (Health: string) => {
    const setup = { Service: 'setup', State: 'exited', Health: '', ExitCode: exitCode };
    return `echo '${JSON.stringify([setup, { Service: 'app', State: 'running', Health, ExitCode: 0 }])}'`;
  };
  const cases = `
    *" ps "*) if [ -e "${folder}/seen" ]; then ${list('healthy')}; else : >"${folder}/seen"; ${list('starting')}; fi ;;
    *) echo 'container hub-setup-1 exited (0)' >&2; exit 1 ;;`;
  const outcome = await bringUpPlatform(platformOf(cases)).then(
    () => [],
    (error: unknown) => [error],
  );
  expect(outcome).toEqual(
    failures === 0 ? [] : [expect.objectContaining({ message: expect.stringContaining('not well: setup (exited') })],
  );
});

it('says of an image that cannot be had what to do, before anything is restored', async () => {
  const cases = `
    *--services*) echo app ;;
    *config*) echo '{"name": "hub", "services": {"app": {"image": "hub/app"}}}' ;;
    *" ps "*) ;;
    *) echo 'Error response from daemon: pull access denied for hub/app' >&2; exit 1 ;;`;
  await expect(bringUpDatabases(platformOf(cases), [])).rejects.toMatchObject({
    message: expect.stringContaining('pull access denied for hub/app'),
    next: expect.stringContaining('docker login'),
  });
});
