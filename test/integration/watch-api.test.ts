import { describe, expect, it } from '@jest/globals';
import type { Failure } from '../../src/logging/failure.ts';
import type { Fault } from '../fixtures/github-api.ts';
import { secretToken, startWatchWorld } from '../fixtures/watch-world.ts';

const inSeconds = (seconds: number) => String(Math.floor(Date.parse('2026-03-01T03:10:00Z') / 1000) + seconds);

/** What GitHub says, the message that it ends in, how often it was asked. */
const faults: [string, Fault, RegExp, number][] = [
  [
    'a revoked token',
    { status: 401, body: { message: 'Bad credentials' } },
    /401, the token of input token is not valid: wrong, expired or revoked/,
    1,
  ],
  [
    'a missing permission, by the name that GitHub gives',
    {
      status: 403,
      headers: { 'x-accepted-github-permissions': 'actions=read' },
      body: { message: 'Resource not accessible by integration' },
    },
    /403, the token of input token may not do this: it needs the permission actions=read .*not accessible/,
    1,
  ],
  ['a missing permission, by ours', { status: 403 }, /needs the permission actions: read/, 1],
  [
    'the hourly limit',
    { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(1200) } },
    /the token's requests are used up until 2026-03-01T03:30:00.000Z/,
    1,
  ],
  [
    'a long rest',
    { status: 429, headers: { 'retry-after': '3600' } },
    /asked too fast: GitHub wants 3600 s of rest/,
    1,
  ],
  [
    'a limit of speed without a time',
    { status: 403, body: { message: 'You have exceeded a secondary rate limit' } },
    /asked too fast/,
    1,
  ],
  ['a short rest, again and again', { status: 429, headers: { 'retry-after': '3' } }, /asked too fast/, 3],
  ['an outage', { status: 502, body: '<html>Unicorn!</html>' }, /^GitHub: HTTP 502 \(GET [^<]*$/, 3],
  [
    'a page of a proxy in place of JSON',
    { status: 200, body: '<html>Welcome</html>' },
    /cannot be understood: no JSON/,
    3,
  ],
  [
    'half of an answer',
    { status: 200, headers: { 'content-type': 'application/json' }, body: '{"state": "act' },
    /no JSON/,
    3,
  ],
  ['an answer without what is needed', { status: 200, body: {} }, /cannot be understood: state: /, 3],
  ['a connection that ends', { cut: true }, /GitHub cannot be reached: /, 3],
  ['silence', { hang: true }, /GitHub cannot be reached: no answer within 0.2 s/, 3],
];

describe('a GitHub that does not answer', () => {
  it.each(faults)('ends in a clear message: %s', async (_name, fault, message, times) => {
    await using world = await startWatchWorld();
    world.goodNight();
    world.gitHub.disturb = () => fault;
    // Only silence is waited out: elsewhere a busy machine may take longer than that for an answer.
    const patience = 'hang' in fault ? { requestTimeoutMs: 200 } : {};
    const failure = await world.look(patience).then(
      () => {
        throw new Error('it did not fail');
      },
      (error: unknown) => error as Failure,
    );
    expect(failure).toMatchObject({ name: 'Failure', message: expect.stringMatching(message) });
    expect(failure.next).not.toBe('');
    expect(failure.message).not.toMatch(/[\n<]/);
    expect(world.gitHub.requests).toHaveLength(times);
    expect(world.waits.reduce((sum, each) => sum + each, 0)).toBeLessThan(15_000);
    expect(failure.message + failure.next + world.said.join()).not.toContain(secretToken);
  });

  it('that is not there at all is a failure as well', async () => {
    await using world = await startWatchWorld();
    await expect(world.look({ apiUrl: 'http://127.0.0.1:1' })).rejects.toThrow(/GitHub cannot be reached/);
  });

  it('is asked again, and rests as long as it was asked to', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const answers: (Fault | undefined)[] = [{ status: 503 }, { status: 429, headers: { 'retry-after': '5' } }];
    world.gitHub.disturb = () => answers.shift();
    expect((await world.look()).verdict).toBe('healthy');
    expect(world.waits).toEqual([2_000, 5_000]);
  });

  it('waits for the hourly limit where that is near', async () => {
    await using world = await startWatchWorld();
    world.goodNight();
    const answers: Fault[] = [
      { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(8) } },
    ];
    world.gitHub.disturb = () => answers.shift();
    expect((await world.look()).verdict).toBe('healthy');
    expect(world.waits).toEqual([8_000]);
  });

  it('is not asked any more once the run is cancelled', async () => {
    await using world = await startWatchWorld();
    const abort = new AbortController();
    world.gitHub.disturb = () => {
      abort.abort();
      return { hang: true };
    };
    await expect(world.look({ signal: abort.signal })).rejects.toThrow('cancelled');
    expect(world.gitHub.requests).toHaveLength(1);
  });
});

describe('a wait between two tries', () => {
  it('ends when the run is cancelled', async () => {
    await using world = await startWatchWorld();
    const abort = new AbortController();
    world.gitHub.disturb = () => {
      setTimeout(() => abort.abort(), 50);
      return { status: 503 };
    };
    await expect(world.look({ signal: abort.signal, wait: undefined })).rejects.toThrow(/^cancelled$/);
    expect(world.gitHub.requests).toHaveLength(1);
  });
});

describe('writing', () => {
  it.each<[string, Fault]>([
    ['the connection ended', { cut: true, afterDoing: true }],
    ['a proxy had no patience', { status: 504, afterDoing: true }],
    ['a page came in its place', { status: 201, body: '<html></html>', afterDoing: true }],
    ['nothing came', { hang: true, afterDoing: true }],
  ])('opens no second issue where the answer to the first was lost: %s', async (_name, fault) => {
    await using world = await startWatchWorld();
    world.badNight();
    const answers = [fault];
    world.gitHub.disturb = ({ method }) => (method === 'POST' ? answers.shift() : undefined);
    expect((await world.look({ requestTimeoutMs: 2_000 })).issue).toMatchObject({ number: 1, action: 'opened' });
    expect(world.gitHub.count('POST')).toBe(1);
    expect(world.gitHub.issues.all).toHaveLength(1);
  });

  it('tries again where nothing was done', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    const answers: Fault[] = [{ cut: true }];
    world.gitHub.disturb = ({ method }) => (method === 'POST' ? answers.shift() : undefined);
    expect((await world.look()).issue).toMatchObject({ number: 1, action: 'opened' });
    expect(world.gitHub.count('POST')).toBe(2);
    expect(world.gitHub.issues.all).toHaveLength(1);
  });

  it('writes no second comment where the answer to the first was lost', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    await world.look();
    world.badNight();
    const answers: Fault[] = [{ cut: true, afterDoing: true }];
    world.gitHub.disturb = ({ method }) => (method === 'POST' ? answers.shift() : undefined);
    expect((await world.look()).issue?.action).toBe('commented');
    expect(world.gitHub.issues.all[0]?.comments).toHaveLength(1);
  });

  it('that is not allowed leaves the findings standing, and is named', async () => {
    await using world = await startWatchWorld();
    world.badNight();
    world.gitHub.disturb = ({ method }) =>
      method === 'POST' ? { status: 403, body: { message: 'Resource not accessible by integration' } } : undefined;
    const result = await world.look();
    expect(result.verdict).toBe('failing');
    expect(result.issueProblem?.message).toContain('it needs the permission issues: write');
    expect(world.gitHub.count('POST')).toBe(1);
  });
});
