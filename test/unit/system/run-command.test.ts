import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/logging/failure.ts';
import { requireProgram, runCommand } from '../../../src/system/run-command.ts';

describe('a command', () => {
  it('returns code and both outputs, whatever the code', async () => {
    await expect(runCommand('sh', ['-c', 'cat; echo complaint >&2; exit 3'], { input: 'grüße' })).resolves.toEqual({
      code: 3,
      signal: null,
      stdout: 'grüße',
      stderr: 'complaint\n',
      isTruncated: false,
      isAborted: false,
    });
  });

  it('ended by a signal has no code', async () => {
    await expect(runCommand('sh', ['-c', 'kill -9 $$'])).resolves.toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('keeps the beginning of its output and the end of its complaints', async () => {
    const script = 'i=0; while [ $i -lt 2000 ]; do echo $i; echo $i >&2; i=$((i+1)); done';
    const result = await runCommand('sh', ['-c', script], { maximumOutputBytes: 10 });
    expect(result).toMatchObject({ code: 0, stdout: '0\n1\n2\n3\n4\n', stderr: '1998\n1999\n', isTruncated: true });
  });

  it('does not mind a program that leaves its input unread', async () => {
    await expect(runCommand('true', [], { input: 'x'.repeat(1_000_000) })).resolves.toMatchObject({ code: 0 });
  });

  it('hears nothing of the terminal where it is detached', async () => {
    const ownGroup = async (isDetached: boolean) => {
      const { stdout } = await runCommand('sh', ['-c', 'echo $$; cut -d" " -f5 /proc/$$/stat'], { isDetached });
      const [pid, group] = stdout.trim().split('\n');
      return pid === group;
    };
    expect([await ownGroup(true), await ownGroup(false)]).toEqual([true, false]);
  });

  it('is ended after its time', async () => {
    const result = await runCommand('sleep', ['60'], { timeoutMs: 50 });
    expect(result).toMatchObject({ code: null, signal: 'SIGTERM', isAborted: true });
  });

  it('is ended by the signal of the caller', async () => {
    const result = await runCommand('sleep', ['60'], { signal: AbortSignal.timeout(50) });
    expect(result).toMatchObject({ signal: 'SIGTERM', isAborted: true });
  });

  it('gets the environment that is handed over, and no other', async () => {
    const { stdout } = await runCommand('/usr/bin/env', [], { env: { ONLY: 'this' } });
    expect(stdout).toBe('ONLY=this\n');
  });

  it('that does not exist is a failure', async () => {
    await expect(runCommand('no-such-program', [])).rejects.toThrow(Failure);
  });
});

describe('a required program', () => {
  it('is found by its path', async () => {
    await expect(requireProgram('tar', 'tar')).resolves.toMatch(/^\/.*\/tar$/);
  });

  it('that is missing is named with its Debian package', async () => {
    await expect(requireProgram('no-such-program', 'no-such-package')).rejects.toMatchObject({
      message: expect.stringContaining('no-such-program'),
      next: expect.stringContaining('apt-get install no-such-package'),
    });
  });
});
