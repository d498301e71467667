import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import { startStackInspection } from '../../src/operations/coverage/inspect-stack.ts';
import { checkCompose } from '../../src/operations/doctor/check-compose.ts';
import type { Platform } from '../../src/operations/platform.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-doctor-'));
  mkdirSync(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A platform on a host whose docker is this script, or that has none. */
function platformWith(script: string | undefined, lines = 'compose: {}'): Platform {
  const path = join(folder, 'bin/docker');
  if (script !== undefined) {
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
  const config = parseConfig(`vault: {path: /vault}\n${lines}\n`, join(folder, 'continuity.yml'));
  return { config, environment: { PATH: join(folder, 'bin') } } as unknown as Platform;
}

describe('doctor, on a host', () => {
  it.each([
    ['without docker', undefined, 'the program docker is missing'],
    [
      'with the old docker-compose alone',
      `echo "docker: 'compose' is not a docker command." >&2; exit 1`,
      'this Docker has no "docker compose"',
    ],
    ['with Compose 1 in the place of 2', 'echo 1.29.2', 'Docker Compose 1.29.2 cannot be used'],
    [
      'whose engine does not answer',
      `case "$*" in *compose*version*) echo 2.26.1 ;; *) echo "Cannot connect to the Docker daemon at unix:///x" >&2; exit 1 ;; esac`,
      'the Docker engine does not answer',
    ],
    [
      'with a compose file that is wrong',
      `case "$*" in *version*) echo 2.26.1 ;; *) echo "services.app must be a mapping" >&2; exit 15 ;; esac`,
      'docker compose config failed for FOLDER/docker-compose.yml: services.app must be a mapping',
    ],
    [
      'with a compose file that may not be read',
      `case "$*" in *version*) echo 2.26.1 ;; *) echo "open /srv/docker-compose.yml: permission denied" >&2; exit 14 ;; esac`,
      'open /srv/docker-compose.yml: permission denied',
    ],
    [
      'whose socket is closed to this user',
      `echo 'permission denied while trying to connect to the Docker daemon socket at unix:///x: Get "http://x": dial' >&2; exit 1`,
      "this user may not use Docker's socket",
    ],
    [
      'whose socket is closed to this user, with a newer Docker',
      `echo 'permission denied while trying to connect to the docker API at unix:///x' >&2; exit 1`,
      "this user may not use Docker's socket",
    ],
  ])('%s says so, and what to do', async (_name, script, message) => {
    const [finding, ...others] = await checkCompose(platformWith(script));
    const told = message.replace('FOLDER', folder);
    expect(finding).toMatchObject({ subject: 'compose', state: 'failed', message: expect.stringContaining(told) });
    expect(finding?.next).toMatch(/\.$/);
    expect(others).toEqual([]);
  });

  it('without a compose project asks docker nothing', async () => {
    const platform = platformWith('exit 64', '');
    expect(await checkCompose(platform)).toEqual([]);
    expect(await startStackInspection(platform).report).toEqual({ warnings: [] });
  });
});

describe('a look at the compose project', () => {
  it('that takes long ends when the backup does', async () => {
    const begun = Date.now();
    const inspection = startStackInspection(platformWith('exec /bin/sleep 25'));
    inspection.stop();
    expect((await inspection.report).warnings).toEqual([expect.stringContaining('could not be checked')]);
    expect(Date.now() - begun).toBeLessThan(20_000);
  });
});
