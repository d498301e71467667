import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { startServedPlatform, waitFor, type ServedPlatform } from '../fixtures/docker/served-platform.ts';

const ground = await openDockerGround();

ground.describe('a backup that pauses a service while files are read', () => {
  let made: ServedPlatform;
  let started: string;
  beforeAll(async () => {
    made = await startServedPlatform(ground, { pause: 'app, idle' });
    ({ started } = await made.stateOf('app'));
  }, 600_000);
  afterEach(() => {
    made.hook('before', undefined);
    made.hook('after', undefined);
  });
  afterAll(() => made.remove(), 120_000);

  async function expectGoingOn(): Promise<void> {
    expect(await made.stateOf('app')).toEqual({ state: 'running', started });
    expect((await made.stateOf('idle')).state).toBe('exited');
    expect(existsSync(join(made.state, 'halted-services.json'))).toBe(false);
  }

  it('has it go on when they are read, and leaves alone what was stopped', async () => {
    const { code, stderr } = await made.run(['backup']);
    expect(code === 0 ? '' : stderr).toBe('');
    const changes = made.calls().filter((call) => /^container (un)?pause|^container st/.test(call));
    expect(changes.map((call) => call.split(' ')[1])).toEqual(['pause', 'unpause']);
    // Dumps have their snapshots before: no row names a file that only came later.
    const calls = made.calls();
    const lastDump = calls.findLastIndex((call) => call.includes(' pg_dump '));
    expect(calls.findIndex((call) => call.startsWith('container pause'))).toBeGreaterThan(lastDump);
    await expectGoingOn();
  }, 120_000);

  it('has it go on when they cannot be read', async () => {
    made.hook('after', `if [ "$1 $2" = "container pause" ]; then mv '${made.uploads}' '${made.uploads}.away'; fi`);
    try {
      const { code, stderr } = await made.run(['backup']);
      expect([code, stderr]).toEqual([4, expect.stringContaining('uploads')]);
    } finally {
      renameSync(`${made.uploads}.away`, made.uploads);
    }
    await expectGoingOn();
  }, 120_000);

  it('has it go on when the run is told to end', async () => {
    made.hook('after', `if [ "$1 $2" = "container pause" ]; then sleep 5; fi`);
    const { code } = await made.run(['backup'], {
      onStart: (child) => {
        void waitFor('it is paused', async () => (await made.stateOf('app')).state === 'paused').then(() =>
          child.kill('SIGTERM'),
        );
      },
    });
    expect(code).toBe(1);
    await expectGoingOn();
  }, 180_000);

  it('has it go on with the next command when the run was killed', async () => {
    made.hook('after', `if [ "$1 $2" = "container pause" ]; then sleep 5; fi`);
    const { signal } = await made.run(['backup'], {
      onStart: (child) => {
        void waitFor('it is paused', async () => (await made.stateOf('app')).state === 'paused').then(() =>
          child.kill('SIGKILL'),
        );
      },
    });
    expect([signal, (await made.stateOf('app')).state]).toEqual(['SIGKILL', 'paused']);
    expect((await made.run(['status'])).stdout).toMatch(/^INTERRUPTED\n {2}app: halted by backup/);
    const next = await made.run(['forget', '--yes']);
    expect([next.code, next.stderr]).toEqual([0, expect.stringContaining('Run again since an interrupted run')]);
    await expectGoingOn();
  }, 180_000);

  it('seals the archive and fails where it cannot be made to go on', async () => {
    made.hook('before', `if [ "$1 $2" = "container unpause" ]; then echo 'no such thing' >&2; exit 1; fi`);
    const { code, stderr } = await made.run(['backup']);
    expect([code, stderr]).toEqual([4, expect.stringContaining('service app is not running again')]);
    expect(stderr).toContain('did what it was asked for');
    made.hook('before', undefined);
    expect((await made.run(['backup'])).code).toBe(0);
    await expectGoingOn();
  }, 180_000);
});
