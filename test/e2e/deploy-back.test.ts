import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { deploy, type DeployResult } from '../../src/operations/deploy.ts';
import { makeDeployOptions } from '../fixtures/docker/deploy-options.ts';
import { makeDevRepository, type DevRepository } from '../fixtures/docker/dev-repository.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';

const ground = await openDockerGround();

ground.describe('going back', () => {
  let dev: DevRepository;
  let directory: string;
  let first: string;
  let second: string;

  beforeAll(async () => {
    dev = await makeDevRepository(ground, `cback-${process.pid}`);
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-back-')));
    first = commitHealthyWithout('first');
    expect(await run(first)).toMatchObject({ verdict: 'deployed' });
    second = commitHealthyWithout('second');
    expect(await run(second)).toMatchObject({ verdict: 'deployed', previous: first });
  }, 300_000);
  afterAll(async () => {
    await dev.remove();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  /** A commit that runs until a migration, of which the data keeps a trace, leaves it without what it needs. */
  function commitHealthyWithout(name: string): string {
    const entry = JSON.stringify(['sh', '-c', `test ! -e /kept/no-${name} && exec "$@"`, '--']);
    dev.write('Dockerfile', `FROM ${ground.images.base}\nCOPY page.txt /srv/index.html\nENTRYPOINT ${entry}\n`);
    dev.write('page.txt', name);
    dev.writeCompose();
    return dev.commit();
  }
  const run = (commit: string): Promise<DeployResult> => deploy(makeDeployOptions(ground, dev, { commit, directory }));
  const inVolume = (script: string) =>
    ground.docker(
      ...['run', '--rm', '--volume', `${dev.project}_kept:/kept`, '--entrypoint', 'sh', ground.images.base],
      ...['-c', script],
    );
  const readCurrent = () => JSON.parse(readFileSync(join(directory, 'current.json'), 'utf8')) as object;
  /** What it needs is gone, and it has ended. */
  const end = async (name: string) => {
    await inVolume(`touch /kept/no-${name}`);
    await ground.docker('container', 'kill', `${dev.project}-web-1`);
  };
  const commitBroken = () => {
    dev.write('Dockerfile', `FROM ${ground.images.base}\n`);
    dev.writeCompose({ command: 'no.such.module' });
    return dev.commit();
  };

  it('from a commit that fails leads to the one before it where what ran fails as well', async () => {
    await inVolume('touch /kept/no-second');
    const result = await run(commitBroken());
    expect(result).toMatchObject({ verdict: 'rolled-back', previous: first });
    expect(result.problem?.message).toContain("No module named 'no'");
    expect(await dev.readPage()).toBe('first');
    // The next one that fails comes back to what runs now, and to nothing that is known as broken.
    expect(readCurrent()).toEqual({ commit: first, deployedAt: expect.any(String) });
    await inVolume('rm /kept/no-second');
  }, 300_000);

  it('from a commit that was deployed again and is no longer healthy leads to the one before it', async () => {
    expect(await run(second)).toMatchObject({ verdict: 'deployed', previous: first });
    await end('second');
    const result = await run(second);
    expect(result).toMatchObject({ verdict: 'rolled-back', commit: second, previous: first });
    expect(await dev.readPage()).toBe('first');
    expect(readCurrent()).toEqual({ commit: first, deployedAt: expect.any(String) });
  }, 300_000);

  it('to nothing healthy is told as down, now and until something runs again', async () => {
    await inVolume('touch /kept/no-first');
    const failed = await run(commitBroken());
    expect(failed).toMatchObject({ verdict: 'down', previous: first });
    expect(failed.warnings.join()).toContain('what ran before could not be brought back: service web ended');
    expect(await dev.readPage()).toBeUndefined();
    dev.writeCompose({ service: 'privileged: true' });
    const refused = await run(dev.commit());
    expect(refused).toMatchObject({ verdict: 'down', problem: { kind: 'refused' } });
    expect(readCurrent()).toMatchObject({ commit: first, isDown: true });
    await inVolume('rm /kept/no-first');
    // What was down is what is gone back to, and runs again from then on.
    expect(await run(commitBroken())).toMatchObject({ verdict: 'rolled-back', previous: first });
    expect(await dev.readPage()).toBe('first');
    expect(readCurrent()).toEqual({ commit: first, deployedAt: expect.any(String) });
    expect(await run((dev.writeCompose({ service: 'privileged: true' }), dev.commit()))).toMatchObject({
      verdict: 'refused',
      previous: first,
    });
  }, 300_000);

  it('of a deployment again of what runs, and is broken, with nothing before it is told as down', async () => {
    await end('first');
    const result = await run(first);
    expect(result).toMatchObject({ verdict: 'down', commit: first });
    expect(result.problem?.message).toContain('service web ended');
    await inVolume('rm /kept/no-first');
    expect(await run(first)).toMatchObject({ verdict: 'deployed' });
    expect(await dev.readPage()).toBe('first');
  }, 300_000);

  it('is not needed where what runs hangs, and a new start is all that it takes', async () => {
    dev.write(
      'Dockerfile',
      `FROM ${ground.images.base}
COPY page.txt /copy/index.html
ENTRYPOINT ["sh", "-c", "mkdir -p /srv && cp /copy/index.html /srv && exec \\"$@\\"", "--"]
`,
    );
    dev.write('page.txt', 'third');
    dev.writeCompose({ retries: 2 });
    const third = dev.commit();
    expect(await run(third)).toMatchObject({ verdict: 'deployed' });
    const container = `${dev.project}-web-1`;
    await ground.docker('exec', container, 'rm', '-r', '/srv');
    const health = () => ground.docker('container', 'inspect', '--format', '{{.State.Health.Status}}', container);
    while ((await health()).trim() !== 'unhealthy') await sleep(100);
    expect(await run(third)).toMatchObject({ verdict: 'deployed', commit: third });
    expect(await dev.readPage()).toBe('third');
  }, 300_000);
});
