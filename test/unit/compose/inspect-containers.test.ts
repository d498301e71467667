import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspectContainers, inspectServices } from '../../../src/sources/compose/service-containers.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'continuity-inspect-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A `docker` that answers as the engine's client does. */
function answering({ stdout = '', stderr = '', code = 0 }: { stdout?: string; stderr?: string; code?: number }) {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const path = join(directory, 'docker');
  writeFileSync(path, `#!/bin/sh\nprintf %s ${quote(stdout)}\nprintf %s ${quote(stderr)} >&2\nexit ${code}\n`);
  chmodSync(path, 0o755);
  return { environment: { PATH: `${directory}:${process.env['PATH'] ?? ''}` } };
}

const inspected = (name: string, labels: Record<string, string> | null) => ({
  Id: `id-of-${name}`,
  Name: `/${name}`,
  Image: 'sha256:1',
  Config: { Image: 'hub/app:1', Labels: labels, User: '' },
  State: { Status: 'running', Pid: 7 },
  Mounts: [
    { Type: 'volume', Name: 'hub_media', Destination: '/media', RW: false },
    { Type: 'bind', Destination: '/data', RW: true },
  ],
});

describe('what the engine tells of containers', () => {
  it('holds service, image and mounts', async () => {
    const labels = {
      'com.docker.compose.service': 'app',
      'com.docker.compose.version': '2.26.1',
      'com.docker.compose.project.config_files': '/hub/docker-compose.yml,/hub/docker-compose.override.yml',
    };
    const caller = answering({ stdout: JSON.stringify([inspected('app-1', labels)]) });
    expect(await inspectContainers(caller, ['app-1'])).toEqual([
      {
        id: 'id-of-app-1',
        name: 'app-1',
        state: 'running',
        user: '',
        pid: 7,
        service: 'app',
        graceMs: 10_000,
        image: 'hub/app:1',
        imageId: 'sha256:1',
        composeVersion: '2.26.1',
        composeFiles: ['/hub/docker-compose.yml', '/hub/docker-compose.override.yml'],
        mounts: [
          { volume: 'hub_media', target: '/media', isReadOnly: true },
          { target: '/data', isReadOnly: false },
        ],
      },
    ]);
  });

  it('is of no service where docker compose run made it, or no project has it', async () => {
    const labels = { 'com.docker.compose.service': 'app', 'com.docker.compose.oneoff': 'True' };
    const caller = answering({ stdout: JSON.stringify([inspected('run-1', labels), inspected('alone', null)]) });
    expect(await inspectServices(caller, ['run-1', 'alone'])).toEqual([]);
  });

  it('leaves out one that was removed meanwhile', async () => {
    const stdout = JSON.stringify([inspected('app-1', null)]);
    const caller = answering({ stdout, stderr: 'Error response from daemon: No such container: gone\n', code: 1 });
    expect(await inspectContainers(caller, ['app-1', 'gone'])).toHaveLength(1);
  });

  it('is no empty list where the engine fails to tell', async () => {
    const caller = answering({ stdout: '[]', stderr: 'Error response from daemon: i/o timeout\n', code: 1 });
    await expect(inspectContainers(caller, ['app-1'])).rejects.toMatchObject({
      kind: 'source',
      message: 'docker container inspect failed: Error response from daemon: i/o timeout',
    });
    const stderr = 'Error response from daemon: No such container: gone\nError response from daemon: i/o timeout\n';
    const partly = answering({ stdout: '[]', stderr, code: 1 });
    await expect(inspectContainers(partly, ['gone', 'app-1'])).rejects.toMatchObject({ kind: 'source' });
  });
});
