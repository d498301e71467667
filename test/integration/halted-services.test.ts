import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import { silent } from '../../src/logging/logger.ts';
import type { Platform } from '../../src/operations/platform.ts';
import { haltServices } from '../../src/operations/services/halt-services.ts';
import { planHalt, spareServices } from '../../src/operations/services/plan-halt.ts';
import { readHalted, writeHalted } from '../../src/operations/services/halted-record.ts';
import { resumeServices } from '../../src/operations/services/resume-services.ts';

const id = 'a'.repeat(64);
const configuration = `
state: state
vault: { path: /vault }
compose: {}
files: { uploads: { path: uploads, used-by: [app] } }
`;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'continuity-halted-'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'state'));
  const containers = [{ id, name: 'hub-app-1', service: 'app', halt: 'stop' as const }];
  await writeHalted(join(folder, 'state'), { version: 1, holder: 'x', since: '2026-11-23T21:17:13.272Z', containers });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A platform whose docker lists the container, and answers so when it is asked to inspect it. */
function platformWith(inspect: string, listed = id): Platform {
  const path = join(folder, 'bin/docker');
  const script = `#!/bin/bash
case "$*" in
  *' ps '*) echo ${listed} ;;
  *' config '*) echo '{"name": "hub", "services": {"app": {"image": "app"}}}' ;;
  'ps '*project=hub*oneoff=True*) [ ! -e '${folder}/one-offs' ] || echo "$(<'${folder}/one-offs')" ;;
  'container inspect '*) ${inspect} ;;
  'container start '*) echo "$*" >>'${folder}/started' ;;
esac
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  const config = parseConfig(configuration, join(folder, 'continuity.yml'));
  return {
    config,
    environment: { PATH: join(folder, 'bin') },
    logger: silent,
    now: () => new Date(),
    holder: 'x',
  } as unknown as Platform;
}

const inspected = JSON.stringify([
  {
    Id: id,
    Name: '/hub-app-1',
    Image: 'sha256:x',
    Config: { Image: 'hub/app:1', User: '', Labels: { 'com.docker.compose.service': 'app' } },
    State: { Status: 'exited', Pid: 0 },
  },
]);

describe('services that are to be halted', () => {
  const planFor = (platform: Platform) => planHalt(platform, { databases: [], files: platform.config.files });

  it.each(['running', 'paused'])('are in the plan, a warning names one that somebody has paused: %s', async (state) => {
    const { services, warnings } = await planFor(platformWith(`echo '${inspected.replace('exited', state)}'`));
    expect(services.stop).toEqual(state === 'running' ? ['app'] : []);
    expect(warnings).toEqual(state === 'running' ? [] : [expect.stringMatching(/^service app is paused/)]);
  });

  it('are refused while docker compose run goes on for one of them, before the plan and after it', async () => {
    const platform = platformWith(`echo '${inspected.replace('exited', 'running')}'`);
    expect((await planFor(platform)).oneOffs).toEqual([]);
    writeFileSync(join(folder, 'one-offs'), 'hub-app-run-1 app\nhub-mail-run-1 mail\n');
    const found = expect.stringMatching(/^docker compose run app [^;]*\(docker stop hub-app-run-1\)$/);
    expect((await planFor(platform)).oneOffs).toEqual([found]);
    await expect(haltServices(platform, { stop: ['app'] })).rejects.toMatchObject({ kind: 'refused', message: found });
    await expect(haltServices(platform, { pause: ['app'] })).resolves.toHaveLength(1);
  });

  it('go on where one rename does it, as docker compose run does; who they are must be known all the same', async () => {
    const platform = platformWith(`echo '${inspected}'`);
    writeFileSync(join(folder, 'one-offs'), 'hub-app-run-1 app\n');
    expect(spareServices(await planFor(platform))).toMatchObject({ oneOffs: [], refusals: [] });
    const failing = platformWith("echo 'no engine' >&2; exit 1");
    expect(spareServices(await planFor(failing)).refusals).toEqual([expect.stringContaining('cannot be told')]);
  });
});

describe('services that were halted', () => {
  it('are on record by their containers as they are now, and not by those that these have replaced', async () => {
    const made = 'b'.repeat(64);
    const anew = inspected.replaceAll(id, made).replace('exited', 'running');
    const platform = platformWith(`echo '${anew}'`, made);
    await haltServices(platform, { stop: ['app'] });
    expect((await readHalted(platform.config.state))?.containers.map((container) => container.id)).toEqual([made]);
  });

  it('stay on record where the engine fails to tell what became of them, and are started when it does', async () => {
    const failing = platformWith("echo '[]'; echo 'Error response from daemon: layer does not exist' >&2; exit 1");
    const { faults, lasting } = await resumeServices(failing);
    expect([faults, lasting]).toEqual([[expect.stringContaining('layer does not exist')], []]);
    expect((await readHalted(failing.config.state))?.containers).toMatchObject([{ service: 'app' }]);

    // Told of while it is stopped, and then of one that runs.
    const running = inspected.replace('exited', 'running');
    const answering = platformWith(`[ -e '${folder}/started' ] && echo '${running}' || echo '${inspected}'`);
    expect(await resumeServices(answering)).toMatchObject({ running: ['app'], faults: [] });
    expect(readFileSync(join(folder, 'started'), 'utf8')).toBe(`container start ${id}\n`);
    expect(await readHalted(answering.config.state)).toBeUndefined();
  });

  it.each(['Error: No such container: ', 'Error response from daemon: No such container: ', 'Error: No such object: '])(
    'are off the record, and told of, where the engine says that somebody removed them: %s',
    async (said) => {
      const { lasting } = await resumeServices(platformWith(`echo '[]'; echo '${said}${id}' >&2; exit 1`));
      expect(lasting).toEqual(['service app has no container any more: docker compose up -d app']);
      expect(await readHalted(join(folder, 'state'))).toBeUndefined();
    },
  );
});
