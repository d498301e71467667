import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openGitHub } from '../../src/github/github-api.ts';
import { silent } from '../../src/logging/logger.ts';
import { deploy, type DeployOptions } from '../../src/operations/deploy.ts';
import { compileProgram, type CompiledProgram } from '../fixtures/compiled-program.ts';
import { makeDeployOptions } from '../fixtures/docker/deploy-options.ts';
import { makeDevRepository, type DevRepository } from '../fixtures/docker/dev-repository.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { startGitHub, type GitHubServer } from '../fixtures/github-api.ts';

const ground = await openDockerGround();

ground.describe('a deployment', () => {
  let dev: DevRepository;
  let directory: string;
  let gitHub: GitHubServer;
  let program: CompiledProgram;
  /** The commit that runs. */
  let good: string;

  beforeAll(async () => {
    dev = await makeDevRepository(ground, `cdeploy-${process.pid}`);
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'continuity-deploy-')));
    gitHub = await startGitHub();
    program = compileProgram();
  });
  afterAll(async () => {
    await dev.remove();
    await gitHub[Symbol.asyncDispose]();
    program.remove();
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  function optionsFor(commit: string, changes: Partial<DeployOptions> = {}): DeployOptions {
    const wait = async () => undefined;
    return {
      ...makeDeployOptions(ground, dev, { commit, directory }),
      gitHub: {
        api: openGitHub({ apiUrl: gitHub.url, token: 'token', tokenName: 'input token', logger: silent, wait }),
        repository: { owner: 'acme', repo: 'hub' },
        environment: 'development',
        environmentUrl: 'https://dev.example',
        logUrl: 'https://github.example/acme/hub/actions/runs/7',
      },
      ...changes,
    };
  }
  const statesOf = (index: number) => gitHub.deployments.at(index)?.statuses.map(({ state }) => state);
  const runCli = (commit: string, options: Parameters<CompiledProgram['run']>[1] = {}) =>
    program.run(
      ['dev', 'deploy', commit, '--source', dev.directory, '--directory', directory, '--project', dev.project],
      {
        ...options,
        env: { DOCKER_HOST: ground.environment['DOCKER_HOST'] ?? '' },
      },
    );

  it('brings a commit up, and keeps a record of it at GitHub', async () => {
    good = dev.commit();
    const result = await deploy(optionsFor('HEAD'));
    expect(result).toMatchObject({ verdict: 'deployed', commit: good, url: dev.url, deployment: 1, warnings: [] });
    expect(await dev.readPage()).toBe('one');
    expect(gitHub.deployments[0]).toMatchObject({ sha: good, environment: 'development' });
    expect(statesOf(0)).toEqual(['in_progress', 'success']);
    expect(gitHub.deployments[0]?.statuses.at(-1)).toMatchObject({
      environment_url: 'https://dev.example',
      log_url: 'https://github.example/acme/hub/actions/runs/7',
    });
  }, 300_000);

  it('puts the next commit in its place, keeping its volumes, and works with GitHub away', async () => {
    const container = (
      await ground.docker('ps', '--quiet', '--filter', `label=com.docker.compose.project=${dev.project}`)
    ).trim();
    await ground.docker('exec', container, 'sh', '-c', 'echo evidence >/kept/file');
    dev.write('page.txt', 'two');
    const before = good;
    good = dev.commit();
    gitHub.disturb = () => ({ cut: true });
    const result = await deploy(optionsFor(good));
    gitHub.disturb = () => undefined;
    expect(result).toMatchObject({ verdict: 'deployed', previous: before });
    expect(result.warnings.join()).toContain('GitHub keeps no record of this deployment');
    expect(await dev.readPage()).toBe('two');
    const next = (
      await ground.docker('ps', '--quiet', '--filter', `label=com.docker.compose.project=${dev.project}`)
    ).trim();
    expect(await ground.docker('exec', next, 'cat', '/kept/file')).toBe('evidence\n');
  }, 300_000);

  it('goes back to the commit before where the new one does not get healthy, and says so', async () => {
    dev.write('page.txt', 'three');
    dev.writeCompose({ command: 'no.such.module' });
    const bad = dev.commit();
    const result = await deploy(optionsFor(bad));
    expect(result).toMatchObject({ verdict: 'rolled-back', commit: bad, previous: good });
    expect(result.problem?.message).toContain("No module named 'no'");
    expect(await dev.readPage()).toBe('two');
    expect(statesOf(-1)).toEqual(['in_progress', 'failure']);
    expect(gitHub.deployments.at(-1)?.statuses.at(-1)?.['description']).toMatch(
      /^rolled back, \w{12} runs: service web/,
    );
  }, 300_000);

  it.each([
    ['a compose file that reaches the host', () => dev.writeCompose({ service: 'pid: host' }), 'services.web.pid'],
    ['links that lead out', () => dev.writeCompose({ service: 'env_file: /etc/environment' }), 'env_file'],
    [
      'a Dockerfile that fails',
      () => dev.write('Dockerfile', `FROM ${ground.images.base}\nRUN false\n`),
      'cannot be built',
    ],
  ])(
    'does not touch what runs for %s',
    async (_what, spoil, finding) => {
      const dockerfile = `FROM ${ground.images.base}\nCOPY page.txt /srv/index.html\n`;
      dev.writeCompose();
      spoil();
      const bad = dev.commit();
      const result = await deploy(optionsFor(bad));
      expect(result).toMatchObject({ verdict: 'refused', previous: good });
      expect(result.problem?.message).toContain(finding);
      expect(await dev.readPage()).toBe('two');
      expect(statesOf(-1)).toEqual(['in_progress', 'failure']);
      dev.writeCompose();
      dev.write('Dockerfile', dockerfile);
    },
    300_000,
  );

  it('gives a commit nothing of the environment of the run', async () => {
    dev.writeCompose({ service: 'environment: { TAKEN: "${RUN_TOKEN:-nothing}" }' });
    dev.write('page.txt', 'four');
    good = dev.commit();
    expect(await deploy(optionsFor(good))).toMatchObject({ verdict: 'deployed' });
    const container = (
      await ground.docker('ps', '--quiet', '--filter', `label=com.docker.compose.project=${dev.project}`)
    ).trim();
    expect(await ground.docker('exec', container, 'printenv', 'TAKEN')).toBe('nothing\n');
    // Of all the commits so far, this one and the one before are kept.
    expect(readdirSync(join(directory, 'checkouts'))).toHaveLength(2);
  }, 300_000);

  it('is the only one: a second one is refused and told who deploys, or waits', async () => {
    dev.write('page.txt', 'five');
    const first = dev.commit();
    dev.write('page.txt', 'six');
    const second = dev.commit();
    const running = deploy(optionsFor(first));
    while (!existsSync(join(directory, 'journal.json'))) await sleep(20);
    await expect(deploy(optionsFor(second))).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('deploy (GitHub run 7, attempt 1)'),
    });
    const waiting = deploy(optionsFor(second, { lockWaitMs: 300_000 }));
    expect(await running).toMatchObject({ verdict: 'deployed', commit: first });
    expect(await waiting).toMatchObject({ verdict: 'deployed', commit: second, previous: first });
    expect(await dev.readPage()).toBe('six');
    good = second;
  }, 600_000);

  it('that is killed while it switches is repaired by the next run', async () => {
    // Never healthy, so that it is caught in the middle.
    dev.writeCompose({ command: 'http.server', service: 'stop_signal: SIGKILL' });
    dev.write('page.txt', 'seven');
    dev.write(
      'Dockerfile',
      `FROM ${ground.images.base}\nCOPY page.txt /srv/index.html\nENTRYPOINT ["sh", "-c", "exec sleep 600"]\n`,
    );
    const stuck = dev.commit();
    const killed = await runCli(stuck, {
      onStart: (child) => {
        void (async () => {
          while ((await dev.readPage()) !== undefined) await sleep(50);
          child.kill('SIGKILL');
        })();
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(join(directory, 'journal.json'))).toBe(true);
    dev.writeCompose({ name: dev.project, service: 'privileged: true' });
    const refused = await deploy(optionsFor(dev.commit()));
    expect(refused).toMatchObject({ verdict: 'refused', previous: good });
    expect(refused.warnings.join()).toContain(`The deployment of ${stuck.slice(0, 12)} (dev deploy) was interrupted`);
    expect(await dev.readPage()).toBe('six');
    expect(existsSync(join(directory, 'journal.json'))).toBe(false);
  }, 600_000);
});
