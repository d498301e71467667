import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Failure, messageOf } from '../logging/failure.ts';
import { isDiskFull, isReadOnly } from './disk-room.ts';
import { isAlive } from './is-alive.ts';

/** Who holds a lock, as the lock file says. `since` is RFC 3339. */
export interface LockHolder {
  readonly holder: string;
  readonly pid: number;
  readonly since: string;
}

export interface Lock {
  /** The former holder, where it died without giving the lock back: its unfinished business is yours. */
  readonly tookOverFrom?: LockHolder;
  /** Gives the lock back. Doing so twice does no harm. */
  release(): void;
}

export interface LockOptions {
  /** How messages name the one who asks: `nightly backup`, `restore of …`. */
  holder: string;
  /** How long to wait for another holder; absent: not at all. */
  waitMs?: number;
  /** Ends the waiting. */
  signal?: AbortSignal;
}

const conflictCode = 75;

/**
 * Takes the lock at `path` for this process. It is flock(2) on an open file, so it ends with the process, however that
 * ends, and programs that the process starts do not carry it on: there are no stale locks.
 * @throws the system's error where the disk is full or read-only; Failure `locked`, with the holder's name, where it is held (still, after `waitMs`); the signal's reason where
 * that ended the waiting.
 */
export async function acquireLock(path: string, options: LockOptions): Promise<Lock> {
  for (;;) {
    const descriptor = openLockFile(path);
    try {
      if (!(await takeFlock(descriptor, options))) throw describeConflict(path);
      if (isStillAt(descriptor, path)) return claim(descriptor, options.holder);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    // Somebody removed the file while we waited: a lock on a file without a name excludes nobody.
    closeSync(descriptor);
  }
}

/**
 * Whether somebody holds the lock at `path` now. Who is named there and lives no more does not, and the lock is not touched;
 * of a number that lives, another program's by now for all we know, and where a full disk took no name, the lock itself tells:
 * a share of it is asked for.
 */
export async function isLocked(path: string): Promise<boolean> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const holder = parseHolder(readFileSync(descriptor, 'utf8'));
    if (holder && !isAlive(holder.pid)) return false;
    return !(await takeFlock(descriptor, {}, '--shared'));
  } finally {
    closeSync(descriptor);
  }
}

function openLockFile(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    // What a disk does is explained by whoever knows which one it is.
    if (isDiskFull(error) || isReadOnly(error)) throw error;
    throw new Failure(
      'failed',
      `cannot open the lock ${path}: ${messageOf(error)}`,
      'Run as the user who owns the state folder (root on production), or name another one with state: in the configuration.',
      { cause: error },
    );
  }
}

/**
 * Node has no flock(2), but util-linux has: its program locks the open file that it inherits from us, which is ours
 * too, and stays locked when that program has ended.
 */
function takeFlock(
  descriptor: number,
  { waitMs, signal }: Pick<LockOptions, 'waitMs' | 'signal'>,
  mode: '--exclusive' | '--shared' = '--exclusive',
): Promise<boolean> {
  const patience = waitMs === undefined || waitMs <= 0 ? ['--nonblock'] : ['--timeout', (waitMs / 1000).toFixed(3)];
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [mode, ...patience, '--conflict-exit-code', String(conflictCode), '3'], {
      stdio: ['ignore', 'ignore', 'pipe', descriptor],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const fail = (reason: string) =>
      reject(
        new Failure(
          'failed',
          `cannot lock: ${reason}`,
          'Install the package util-linux, which holds the program flock.',
        ),
      );
    const stop = () => child.kill();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    child.on('error', (error) => fail(messageOf(error)));
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', stop);
      // Whatever it answered: who was told to stop wants no lock.
      if (signal?.aborted) reject(asError(signal.reason));
      else if (code === 0) resolve(true);
      else if (code === conflictCode) resolve(false);
      else fail(`flock ended with ${endedBy ?? `exit code ${code}`}${complaint && `: ${complaint.trim()}`}`);
    });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function isStillAt(descriptor: number, path: string): boolean {
  const ours = fstatSync(descriptor);
  const named = statSync(path, { throwIfNoEntry: false });
  return named !== undefined && named.ino === ours.ino && named.dev === ours.dev;
}

function claim(descriptor: number, holder: string): Lock {
  // What is written here was left by a holder that died: giving back empties the file.
  const tookOverFrom = parseHolder(readFileSync(descriptor, 'utf8'));
  ftruncateSync(descriptor, 0);
  try {
    writeSync(descriptor, `${JSON.stringify({ holder, pid: process.pid, since: new Date().toISOString() })}\n`, 0);
  } catch (error) {
    // The lock holds without its note, and whoever makes room on a full disk needs it.
    if (!isDiskFull(error)) throw error;
  }
  let isHeld = true;
  return {
    ...(tookOverFrom && { tookOverFrom }),
    release() {
      if (!isHeld) return;
      isHeld = false;
      ftruncateSync(descriptor, 0);
      closeSync(descriptor);
    },
  };
}

function describeConflict(path: string): Failure {
  const holder = parseHolder(readFileSync(path, 'utf8'));
  const who = holder
    ? `${holder.holder} (pid ${holder.pid}, since ${holder.since})`
    : 'another run that has just begun';
  return new Failure('locked', `${path} is held by ${who}`, 'Wait until it has ended, then try again.');
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const { holder, pid, since } = JSON.parse(text) as Partial<LockHolder>;
    return typeof holder === 'string' && typeof pid === 'number' && typeof since === 'string'
      ? { holder, pid, since }
      : undefined;
  } catch {
    return undefined;
  }
}
