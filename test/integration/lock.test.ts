import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import swc from '@swc/core';
import { acquireLock, type Lock } from '../../src/system/lock.ts';

type Holder = ChildProcessByStdio<Writable, Readable, null>;

const source = new URL('../../src/', import.meta.url).pathname;
let compiled: string;
let folder: string;
let path: string;
const holders: Holder[] = [];
const strays: number[] = [];
const locks: Lock[] = [];

/** Node 20 runs no TypeScript: the holder gets the modules that it needs as JavaScript. */
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'lock-modules-'));
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  for (const module of ['system/lock', 'system/disk-room', 'logging/failure', 'logging/quantity-text']) {
    const { code } = await swc.transformFile(join(source, `${module}.ts`), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const beside = code.replace(/'(?:\.\.\/logging|\.)\/([a-z-]+)\.ts'/g, "'./$1.js'");
    await writeFile(join(compiled, `${basename(module)}.js`), beside);
  }
});
afterAll(() => rm(compiled, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(folder, 'state', 'lock');
});
afterEach(async () => {
  locks.splice(0).forEach((lock) => lock.release());
  holders.splice(0).forEach((holder) => holder.kill('SIGKILL'));
  strays.splice(0).forEach((pid) => process.kill(pid, 'SIGKILL'));
  await rm(folder, { recursive: true });
});

async function acquire(holder: string, waitMs?: number): Promise<Lock> {
  const lock = await acquireLock(path, { holder, ...(waitMs !== undefined && { waitMs }) });
  locks.push(lock);
  return lock;
}

async function startHolder(...flags: string[]): Promise<Holder & { report: { pid: number; childPid?: number } }> {
  const script = new URL('../fixtures/lock-holder.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, path, join(compiled, 'lock.js'), ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  holders.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const report = JSON.parse(line.toString()) as { pid: number; childPid?: number };
  if (report.childPid !== undefined) strays.push(report.childPid);
  return Object.assign(child, { report });
}

describe('the lock', () => {
  it('fault 83: is refused to a second process, with name, pid and time of the holder', async () => {
    const { report } = await startHolder();
    await expect(acquire('second')).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(
        new RegExp(`state/lock is held by test holder \\(pid ${report.pid}, since \\d{4}-\\d\\d-\\d\\dT.*Z\\)$`),
      ),
    });
  });

  it('excludes within one process as well, and is free again when given back', async () => {
    const first = await acquire('first');
    await expect(acquire('second')).rejects.toMatchObject({ kind: 'locked' });
    first.release();
    first.release();
    expect((await acquire('second')).tookOverFrom).toBeUndefined();
  });

  it('is had at once though somebody asks whether it is held', async () => {
    (await acquire('earlier run')).release();
    const asking = spawn('flock', ['--shared', path, 'sh', '-c', 'echo asking; sleep 0.2']);
    await once(asking.stdout, 'data');
    await acquire('nightly backup');
  });

  it('is waited for as long as asked, and taken as soon as it is free', async () => {
    const holder = await startHolder();
    const began = performance.now();
    await expect(acquire('impatient', 300)).rejects.toMatchObject({ kind: 'locked' });
    expect(performance.now() - began).toBeGreaterThan(290);
    setTimeout(() => holder.stdin.end(), 200);
    expect((await acquire('patient', 20_000)).tookOverFrom).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('is no longer waited for by who is told to stop, and then excludes nobody', async () => {
    const first = await acquire('first');
    const stop = new AbortController();
    const waiting = acquireLock(path, { holder: 'second', waitMs: 20_000, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('ended by SIGINT')), 100);
    await expect(waiting).rejects.toThrow('ended by SIGINT');
    first.release();
    await acquire('third');
  });

  it('fault 83: of a holder killed by kill -9 is taken over, and says from whom', async () => {
    const holder = await startHolder();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await acquire('heir');
    expect(lock.tookOverFrom).toMatchObject({ holder: 'test holder', pid: holder.report.pid });
    lock.release();
    expect((await acquire('third')).tookOverFrom).toBeUndefined();
  });

  it('is not carried on by a program that its dead holder had started', async () => {
    const holder = await startHolder('--child');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(() => process.kill(holder.report.childPid as number, 0)).not.toThrow();
    expect((await acquire('heir')).tookOverFrom?.pid).toBe(holder.report.pid);
  });

  it('names its holder in a file that only its owner can read', async () => {
    await acquire('nightly backup');
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ holder: 'nightly backup', pid: process.pid });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
  });

  it('is not fooled by a lock file that was removed while somebody waited for it', async () => {
    const first = await acquire('first');
    const waiting = acquire('second', 20_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await unlink(path);
    first.release();
    await waiting;
    await expect(acquire('third')).rejects.toMatchObject({ message: expect.stringContaining('second') });
  });

  it('is never taken through a symbolic link', async () => {
    await acquire('makes the folder').then((lock) => lock.release());
    await unlink(path);
    await symlink(join(folder, 'elsewhere'), path);
    await expect(acquire('x')).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining('ELOOP') });
  });

  it('survives rubbish in its file', async () => {
    await acquire('makes the folder').then((lock) => lock.release());
    await writeFile(path, '{"holder": 3');
    expect((await acquire('x')).tookOverFrom).toBeUndefined();
  });
});
