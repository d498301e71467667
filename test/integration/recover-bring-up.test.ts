import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { bringUpDatabases } from '../../src/operations/recover/bring-up.ts';

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

/** What docker is asked to do: it knows the model, and of containers one of the App where that is said. */
async function collectCalls(files: string, { hasApp = false } = {}): Promise<string[]> {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  writeFileSync(join(folder, 'app.json'), JSON.stringify(hasApp ? [app] : []));
  const script = `case "$*" in
    *config*) cat "${folder}/model.json" ;;
    *" ps "*) ${hasApp ? 'echo app-id' : ':'} ;;
    *inspect*) cat "${folder}/app.json" ;;
    *) echo "$*" >>"${folder}/calls" ;;
  esac`;
  writeFileSync(join(folder, 'docker'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'docker'), 0o755);
  const text = `vault: {path: /vault}\ncompose: {}\nfiles: ${files}\n`;
  const config = parseConfig(text, join(folder, 'continuity.yml'));
  const platform = { config, environment: { PATH: `${folder}:${process.env['PATH']}` } } as unknown as Platform;
  await bringUpDatabases(platform, ['certificates']);
  return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
}

it('makes the volumes of file sources, be they named by their keys or as Docker knows them', async () => {
  const calls = await collectCalls('{a: {volume: hub_media}, b: {volume: the-talk}}');
  expect(calls).toEqual([expect.stringMatching(/ up --no-start --no-recreate proxy app chat$/)]);
});

it('makes the container that files lie in, and leaves one alone that is there: Compose would start it if it is paused', async () => {
  const files = '{a: {service: mail, path: /srv/mail}, b: {service: app, path: /srv/app}}';
  expect(await collectCalls(files)).toEqual([expect.stringMatching(/ up --no-start --no-recreate proxy mail app$/)]);
  rmSync(join(folder, 'calls'));
  const again = await collectCalls(files, { hasApp: true });
  expect(again).toEqual([expect.stringMatching(/ up --no-start --no-recreate proxy mail$/)]);
});
