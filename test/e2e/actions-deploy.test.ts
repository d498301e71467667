import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ActionRunResult } from '../fixtures/action-run.ts';
import { findCanary } from '../fixtures/canary-secrets.ts';
import { makeDeployWorkspace, type DeployWorkspace } from '../fixtures/docker/deploy-workspace.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { listPrograms } from '../fixtures/processes.ts';
import { errorsOf, expectNothingLeft } from '../fixtures/step-checks.ts';

const ground = await openDockerGround();

ground.describe('the action deploy-dev', () => {
  let workspace: DeployWorkspace;
  /** The commit that runs. */
  let good: string;

  beforeAll(async () => {
    workspace = await makeDeployWorkspace(ground, `cact-${process.pid}`);
  });
  afterAll(() => workspace.remove(), 120_000);

  const ofBase = (text: string) => `FROM ${ground.images.base}\nCOPY page.txt /srv/index.html\n${text}`;
  /** A commit of its own page; `spoil` makes more of it than that, and the next one is as usual again. */
  function commit(page: string, spoil: () => void = () => undefined): string {
    workspace.dev.write('page.txt', page);
    workspace.dev.write('Dockerfile', ofBase(''));
    workspace.dev.writeCompose();
    spoil();
    return workspace.dev.commit();
  }
  /** Starts, and never gets healthy. */
  const stuck = () => {
    workspace.dev.write('Dockerfile', ofBase('ENTRYPOINT ["sh", "-c", "exec sleep 600"]\n'));
    workspace.dev.writeCompose({ service: 'stop_signal: SIGKILL' });
  };
  const isPageGone = async () => {
    while ((await workspace.dev.readPage()) !== undefined) await sleep(50);
  };
  const journal = () => join(workspace.directory, 'journal.json');

  /** A failed step says so once, in one annotation that ends with what to do. */
  function expectFailed(run: ActionRunResult, message: RegExp): void {
    expect(run.exitCode).toBe(1);
    expect(errorsOf(run)).toEqual([expect.stringMatching(message)]);
    expectNothingLeft(run);
  }

  it('brings a commit up: outputs, summary, record at GitHub, secrets, and no token anywhere', async () => {
    const service = 'environment: { TAKEN: "${GITHUB_TOKEN:-}${INPUT_TOKEN:-}${ACTIONS_RUNTIME_TOKEN:-nothing}" }';
    good = commit('one', () => workspace.dev.writeCompose({ service }));
    const { token, directory } = workspace;
    const run = await workspace.run(good, {
      watchFor: [token, 'deploy-dev/dist/index.js'],
      environment: { GITHUB_TOKEN: token, ACTIONS_RUNTIME_TOKEN: token, RUNNER_DEBUG: '1' },
    });
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    const { 'result-file': resultFile, ...outputs } = run.outputs;
    expect(outputs).toEqual({ verdict: 'deployed', commit: good, url: workspace.dev.url, deployment: '1' });
    expect(run.result).toMatchObject({ verdict: 'deployed', project: workspace.dev.project, warnings: [] });
    expect(run.summary).toMatch(/^### ✅ Development runs this commit\n/);
    for (const cell of [good, workspace.dev.url, 'https://dev.example']) expect(run.summary).toContain(`\`${cell}\``);
    expect(workspace.gitHub.deployments[0]).toMatchObject({ sha: good, environment: 'development' });
    expect(workspace.statesOf(0)).toEqual(['in_progress', 'success']);
    expect(workspace.gitHub.deployments[0]?.statuses.at(-1)).toMatchObject({
      environment_url: 'https://dev.example',
      log_url: 'https://github.com/acme/hub/actions/runs/4711',
    });
    expect(await workspace.dev.readPage()).toBe('one');
    // By the toolkit's prepare.sh, which knows more secrets than this compose file.
    expect(readdirSync(join(directory, 'secrets'))).toEqual(expect.arrayContaining(['password', 'mattermost_pgpass']));
    expect(statSync(join(directory, 'secrets')).mode & 0o777).toBe(0o700);
    const [container = ''] = (await workspace.describe()).split('\n');
    expect(await ground.docker('exec', container.trim(), 'printenv', 'TAKEN')).toBe('nothing\n');
    const raw = `${run.stdout}\n${run.stderr}`.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    const written = [...raw, run.summary, JSON.stringify([run.result, run.outputs, workspace.gitHub.deployments])];
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.pack'))
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
    const inspected = await ground.docker('container', 'inspect', container.trim());
    expect(findCanary([...written, ...files, inspected].join('\n'), [token])).toEqual([]);
    expect(run.exposed).toContainEqual(expect.stringContaining('deploy-dev/dist/index.js'));
    expect(findCanary(run.exposed.join('\n'), [token])).toEqual([]);
    expect(run.commands).toContainEqual(expect.objectContaining({ name: 'add-mask', value: token }));
    expectNothingLeft(run);
    expect(resultFile).toContain('continuity-deploy-dev-result-');
  }, 300_000);

  it('deploys while GitHub refuses its record, says so, and repeats no token that GitHub repeats', async () => {
    const { token } = workspace;
    workspace.gitHub.disturb = () => ({ status: 403, body: { message: `no rights for ${token}` } });
    const before = good;
    good = commit('two');
    const run = await workspace.run(good);
    workspace.gitHub.disturb = () => undefined;
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    expect(run.outputs).toMatchObject({ verdict: 'deployed', previous: before });
    expect(run.outputs).not.toHaveProperty('deployment');
    expect(run.summary).toContain('GitHub keeps no record of this deployment');
    expect(run.commands.filter(({ name }) => name === 'warning')).toHaveLength(1);
    const raw = run.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(findCanary([...raw, run.summary, JSON.stringify(run.result)].join('\n'), [token])).toEqual([]);
  }, 300_000);

  it('goes back to the commit before where the new one does not come up, and says why in the summary', async () => {
    const known = await workspace.run(good);
    expect(known.exitCode).toBe(0);
    const bad = commit('three', () => workspace.dev.writeCompose({ command: 'no.such.module' }));
    const run = await workspace.run(bad);
    expectFailed(run, new RegExp(`^rolled back, ${good.slice(0, 12)} runs: service web ended[^]*\\nCorrect it with`));
    expect(run.outputs).toMatchObject({ verdict: 'rolled-back', commit: bad, previous: good });
    expect(run.summary).toMatch(
      /^### ❌ Rolled back: the commit did not come up\n\n`service web ended with exit code 1`/,
    );
    // The log's last lines, and what there is to do: nobody can look at a container that is gone.
    expect(run.summary).toContain("No module named 'no'");
    expect(run.summary).toContain('**Next:** `Correct it with a new commit. The containers of this one are gone;');
    expect(run.summary).toContain(`| Runs now | \`${good}\` |`);
    expect(await workspace.dev.readPage()).toBe('two');
    expect(workspace.statesOf(-1)).toEqual(['in_progress', 'failure']);
    expect(workspace.lastDescription()).toContain(`rolled back, ${good.slice(0, 12)} runs: service web ended`);
    // GitHub shows as active what was a success last.
    expect(workspace.statesOf(-2)).toEqual(['in_progress', 'success']);
  }, 300_000);

  const mounts = ['/etc:/host:ro', ...Array.from({ length: 100 }, (_, index) => `/srv/${index}:/host-${index}`)];
  it.each([
    ['a privileged container', () => workspace.dev.writeCompose({ service: 'privileged: true' }), 'services.web'],
    ['a folder of the host', () => mount(...mounts), "/etc is outside the project's folder"],
    ["Docker's socket", () => mount('/var/run/docker.sock:/var/run/docker.sock'), "is Docker's socket"],
  ])(
    'refuses a commit with %s before anything is touched',
    async (_what, spoil, finding) => {
      const before = await workspace.describe();
      const bad = commit('four', spoil);
      const run = await workspace.run(bad);
      expectFailed(run, new RegExp(`^not deployed, ${good.slice(0, 12)} runs: [^]*\\nCorrect the file`));
      expect(errorsOf(run)[0]).toContain(finding);
      // GitHub cuts more than that off, and with it what to do.
      expect(errorsOf(run)[0]?.length).toBeLessThanOrEqual(4000);
      expect(run.outputs).toMatchObject({ verdict: 'refused', commit: bad, previous: good });
      expect(run.summary).toMatch(/^### ❌ Not deployed: what runs was not touched\n/);
      expect(run.summary).toContain(finding);
      expect(workspace.statesOf(-1)).toEqual(['in_progress', 'failure']);
      expect(await workspace.describe()).toBe(before);
    },
    300_000,
  );
  function mount(...volumes: string[]): void {
    workspace.dev.writeCompose({
      service: `\n  other:\n    image: ${ground.images.base}\n    volumes: ${JSON.stringify(volumes)}`,
    });
  }

  it.each([
    ['an option of git', 'commit', '--upload-pack=id'],
    ['two lines', 'commit', 'a..b\n::error::injected'],
    ['capitals', 'project', 'Not A Name'],
    ['a path', 'project', '../production'],
    ['a file', 'health-url', 'file:///etc/passwd'],
    ['a password', 'url', 'https://user:password@dev.example'],
    ['too long a name', 'environment', 'x'.repeat(300)],
    ['no duration', 'wait', 'soon'],
    ['a negative duration', 'lock-wait', '-1'],
    ['control characters', 'directory', 'a\u001b[31mb'],
  ])('refuses %s as its input %s before anything is touched', async (_what, input, value) => {
    const before = [await workspace.describe(), workspace.gitHub.requests.length];
    const run = await workspace.run(good, { inputs: { [input]: value } });
    expectFailed(run, new RegExp(`^input ${input}: expected .{1,200}\\nNothing was done\\. .{1,200}$`));
    expect(run.outputs).toEqual({});
    expect(run.summary).toMatch(/^### ❌ Continuity deploy-dev failed \(usage\)\n/);
    expect(run.commands.find(({ value: text }) => text === 'injected')).toBeUndefined();
    expect([await workspace.describe(), workspace.gitHub.requests.length]).toEqual(before);
  });

  it('that is cancelled while it builds leaves what runs as it is', async () => {
    const before = await workspace.describe();
    const mark = `sleep ${1_000_000 + process.pid}`;
    const builds = () => listPrograms().some(({ commandLine }) => commandLine.includes(mark));
    const slow = commit('five', () => workspace.dev.write('Dockerfile', ofBase(`RUN ${mark}\n`)));
    const run = await workspace.run(slow, { signals: [{ signal: 'SIGINT', when: builds }] });
    expectFailed(
      run,
      /^not deployed, \w{12} runs: deploy \(GitHub run 4711, attempt 1\) was interrupted: ended by SIGINT/,
    );
    expect(run.outputs).toMatchObject({ verdict: 'refused', previous: good });
    expect(workspace.statesOf(-1)).toEqual(['in_progress', 'failure']);
    expect(await workspace.describe()).toBe(before);
    expect(existsSync(journal())).toBe(false);
    while (builds()) await sleep(50);
  }, 300_000);

  it('that is cancelled while it switches goes back; meanwhile a second one is refused, and a third waits', async () => {
    const bad = commit('six', stuck);
    const next = commit('seven');
    let isRefused = false;
    const first = workspace.run(bad, {
      environment: { GITHUB_RUN_ID: '815' },
      signals: [{ signal: 'SIGINT', when: () => isRefused }],
    });
    await isPageGone();
    const second = await workspace.run(next);
    expectFailed(second, /lock is held by deploy \(GitHub run 815, attempt 1\) \(pid \d+, since [^]*\nWait until/);
    expect(second.outputs).toEqual({});
    expect(second.summary).toMatch(/failed \(locked\)\n[^]*GitHub run 815/);
    const third = workspace.run(next, { inputs: { 'lock-wait': '10m' } });
    await sleep(1000);
    isRefused = true;
    const cancelled = await first;
    expectFailed(cancelled, new RegExp(`^rolled back, ${good.slice(0, 12)} runs: .* was interrupted: ended by SIGINT`));
    expect(cancelled.summary).toContain('**Next:** `Run it again.`');
    const waited = await third;
    expect([waited.exitCode, errorsOf(waited)]).toEqual([0, []]);
    expect(waited.log).toMatch(/GitHub run 815, attempt 1\).*: waiting for up to 10/);
    expect(waited.outputs).toMatchObject({ verdict: 'deployed', previous: good });
    expect(await workspace.dev.readPage()).toBe('seven');
    good = next;
  }, 300_000);

  it('that is killed after its cancellation is repaired by its post step', async () => {
    const page = await workspace.dev.readPage();
    const bad = commit('eight', stuck);
    const run = await workspace.run(bad, {
      signals: [
        { signal: 'SIGINT', when: isPageGone },
        { signal: 'SIGTERM', when: () => sleep(5) },
      ],
    });
    expect([run.exitCode, run.outputs]).toEqual([130, {}]);
    expectNothingLeft(run);
    expect(run.post).toMatchObject({ exitCode: 0, leftBehind: [] });
    expect(run.post?.stdout).toContain(`was interrupted: ${good.slice(0, 12)} is up again`);
    expect(run.postSummary).toMatch(/^### ❌ Interrupted: the commit before runs\n/);
    expect(run.postSummary).toContain(good);
    expect(await workspace.dev.readPage()).toBe(page);
    expect(existsSync(journal())).toBe(false);
    expect(workspace.statesOf(-1)).toEqual(['in_progress', 'error']);
  }, 300_000);

  it('that is killed with the whole machine is repaired by the next run', async () => {
    const page = await workspace.dev.readPage();
    const bad = commit('nine', stuck);
    const killed = await workspace.run(bad, { signals: [{ signal: 'SIGKILL', when: isPageGone }], skipsPost: true });
    expect(killed.endedBy).toBe('SIGKILL');
    expect(existsSync(journal())).toBe(true);
    const run = await workspace.run(good);
    expect([run.exitCode, errorsOf(run)]).toEqual([0, []]);
    expect(run.summary).toContain(`The deployment of ${bad.slice(0, 12)}`);
    expect(run.summary).toContain(`${good.slice(0, 12)} is up again`);
    expect(await workspace.dev.readPage()).toBe(page);
    expect(workspace.statesOf(-2)).toEqual(['in_progress', 'error']);
    expect(workspace.statesOf(-1)).toEqual(['in_progress', 'success']);
  }, 300_000);
});
