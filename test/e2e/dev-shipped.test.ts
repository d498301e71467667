import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { openPlatformStack, type PlatformStack } from '../fixtures/docker/stack.ts';

const ground = await openDockerGround();
const continuity = join(import.meta.dirname, '../../scripts/dist/continuity/index.js');

ground.describe('dev:start with the compose file as shipped', () => {
  let stack: PlatformStack;

  /** The bundle, as the npm scripts run it. */
  const dev = (...args: string[]): Promise<{ code: number; text: string }> =>
    new Promise((resolve) => {
      const words = [continuity, 'dev', ...args, '--directory', stack.directory];
      execFile(process.execPath, words, { env: stack.environment }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr });
      });
    });

  beforeAll(async () => {
    stack = await openPlatformStack(ground, { platform: 'dev' });
  });
  afterAll(async () => {
    await stack.remove();
  }, 120_000);

  it('ends before anything starts where the App has neither a Dockerfile nor an image', async () => {
    const file = join(stack.directory, '.env');
    const variables = readFileSync(file, 'utf8');
    writeFileSync(file, variables.replace(/^DEV_APP_IMAGE=.*$/m, 'DEV_APP_IMAGE=localhost:9/no-such-app:1'));
    const { code, text } = await dev('start');
    writeFileSync(file, variables);
    expect(code).not.toBe(0);
    expect(text).toMatch(/service app has no Dockerfile[^]*APP_CONTEXT[^]*DEV_APP_IMAGE/);
    expect(await stack.health()).toEqual({});
  }, 300_000);

  it('brings the whole platform up with one command, on plain HTTP, with nothing but secrets of its own', async () => {
    const { code, text } = await dev('start');
    expect({ code, text }).toMatchObject({ code: 0 });
    expect(text).toContain(`http://localhost:${stack.port}`);
    const content = Buffer.from('a first try');
    const { id } = await stack.uploadEvidence({ student: 'Amina', title: 'A try', content });
    expect(await stack.fetchEvidence(id)).toEqual(content);
    expect(await dev('status')).toMatchObject({ code: 0 });
  }, 300_000);

  it('lets the App reach Keycloak under the address that its users are sent to', async () => {
    const fetchRealm =
      'import os, urllib.request as u; print(u.urlopen(os.environ["AUTH_URL"] + "/realms/master").status)';
    const { code, stdout, stderr } = await stack.exec('app', ['python3', '-c', fetchRealm]);
    expect([code, stderr, stdout.toString().trim()]).toEqual([0, '', '200']);
  });

  it('keeps what was put in over a stop, which ends every container', async () => {
    expect(await dev('stop')).toMatchObject({ code: 0 });
    expect(await stack.health()).toEqual({});
    expect((await dev('status')).code).not.toBe(0);
    expect(await dev('start')).toMatchObject({ code: 0 });
    expect(await stack.listEvidence()).toContainEqual(expect.objectContaining({ title: 'A try' }));
  }, 300_000);
});
