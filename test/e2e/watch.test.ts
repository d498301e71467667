import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readActionManifest } from '../fixtures/action-definition.ts';
import { runAction, type ActionRunOptions } from '../fixtures/action-run.ts';
import { findNode } from '../fixtures/find-node.ts';
import { secretToken, startWatchWorld, type WatchWorld } from '../fixtures/watch-world.ts';

const committed = new URL('../../actions/watch', import.meta.url).pathname;

/** Far from node_modules, as on a GitHub-hosted runner. */
let folder: string;
beforeAll(() => {
  if (!existsSync(join(committed, 'dist/index.js'))) throw new Error('no bundle: npm run build -- actions/watch');
  folder = mkdtempSync(join(tmpdir(), 'continuity-watch-'));
  cpSync(committed, join(folder, 'watch'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The bundle knows no clock but the machine's. */
function startWorld(): Promise<WatchWorld> {
  return startWatchWorld(new Date(Date.now() - 3_600_000).toISOString());
}

function runWatch({ gitHub }: WatchWorld, options: Partial<ActionRunOptions> = {}) {
  return runAction({
    action: join(folder, 'watch'),
    workspace: folder,
    event: { name: 'schedule', payload: { schedule: '17 */4 * * *' } },
    expressions: { 'github.token': secretToken },
    ...options,
    environment: {
      GITHUB_API_URL: gitHub.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/hub',
      ...options.environment,
    },
  });
}

const node24 = findNode(24);
const versions: [string, string][] = [
  ['the Node of this run', process.execPath],
  ...(node24 ? [['Node 24', node24] as [string, string]] : []),
];

if (!node24) it.skip('on Node 24: test/node24 is not installed', () => {});

describe.each(versions)('the action watch on %s', (_name, node) => {
  it('keeps one issue over two failures and a recovery, and fails while something is wrong', async () => {
    await using world = await startWorld();
    world.run('verify.yml', { Verify: 'success' });
    world.goodNight();
    world.badNight();
    const first = await runWatch(world, { node });
    expect(first).toMatchObject({ exitCode: 1, outputs: { verdict: 'failing', issue: '1' } });
    expect(JSON.parse(first.outputs['findings'] ?? '')).toEqual([
      expect.stringMatching(/^`backup.yml`: run 3 failed \(`Back up`\), /),
    ]);
    expect(first.summary).toMatch(/^### ❌ 1 thing is wrong\n/);
    world.badNight();
    expect((await runWatch(world, { node })).exitCode).toBe(1);
    world.goodNight();
    const last = await runWatch(world, { node });
    expect(last).toMatchObject({ exitCode: 0, outputs: { verdict: 'healthy', findings: '[]', issue: '1' } });
    expect(last.summary).toMatch(/^### ✅/);
    expect(last.result).toMatchObject({ verdict: 'healthy', lastBackup: { workflow: 'backup.yml' } });
    expect(Object.keys(last.outputs).sort()).toEqual(Object.keys(readActionManifest(committed).outputs ?? {}).sort());

    const { all } = world.gitHub.issues;
    expect(all.map(({ state, comments }) => [state, comments.length])).toEqual([['closed', 2]]);
    const written = JSON.stringify([all, first.log, first.summary, first.outputs, last.log, last.summary, last.result]);
    expect(written).not.toContain(secretToken);
    expect(written).not.toContain(Buffer.from(secretToken).toString('base64'));
  });

  it('fails with one clear message on a revoked token, and is not healthy', async () => {
    await using world = await startWorld();
    world.goodNight();
    world.gitHub.validTokens = ['another'];
    const run = await runWatch(world, { node });
    expect([run.exitCode, run.outputs]).toEqual([1, {}]);
    expect(run.commands.filter(({ name }) => name === 'error').map(({ value }) => value)).toEqual([
      expect.stringMatching(/HTTP 401, the token of input token is not valid[^\n]*\nMake a new token/),
    ]);
    expect(run.summary).toContain('HTTP 401');
    expect(world.gitHub.requests).toHaveLength(1);
  });
});

describe('the action watch', () => {
  it('gives up on an outage after three tries', async () => {
    await using world = await startWorld();
    world.gitHub.disturb = () => ({ status: 503, body: '<html>Unicorn!</html>' });
    const run = await runWatch(world);
    expect(run.exitCode).toBe(1);
    expect(run.log).toContain('HTTP 503');
    expect(run.log).not.toContain('Unicorn');
    expect(world.gitHub.requests).toHaveLength(3);
  });

  it.each([
    ['maximum-age', 'tomorrow'],
    ['maximum-age', '26h\nx'],
    ['full-verify-maximum-age', 'next week'],
    ['label', 'a,b'],
    ['branch', '$(touch x) main'],
    ['backup-jobs', 'x'.repeat(100_000)],
    ['backup-jobs', '../../x/Back up'],
    ['verify-jobs', 'Verify; rm -rf /'],
    ['full-verify-jobs', '/etc/verify.yml/Verify'],
    ['token', 'ghs_a\nX-Evil: 1'],
  ])('refuses a hostile %s in one line, without asking GitHub', async (name, value) => {
    await using world = await startWorld();
    const run = await runWatch(world, { inputs: { [name]: value } });
    const errors = run.commands.filter((command) => command.name === 'error');
    expect([run.exitCode, errors.length, world.gitHub.requests.length]).toEqual([1, 1, 0]);
    expect(errors[0]?.value.split('\n')[0]).toContain(name);
    expect(errors[0]?.value.length).toBeLessThan(400);
  });

  it('ends at once when the run is cancelled while GitHub says nothing', async () => {
    await using world = await startWorld();
    world.gitHub.disturb = () => ({ hang: true });
    const startedMs = Date.now();
    const run = await runWatch(world, {
      signals: [{ signal: 'SIGINT', when: () => world.gitHub.requests.length > 0 }],
    });
    expect(run.exitCode).not.toBe(0);
    expect(Date.now() - startedMs).toBeLessThan(10_000);
    expect(run.outputs).toEqual({});
  });
});
