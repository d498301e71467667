import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../../logging/failure.ts';
import { describeRoom, isDiskFull, isReadOnly, measureRoom } from '../../system/disk-room.ts';

const RUN_PREFIX = 'run-';

/**
 * A private directory for one run's spools, segments and keys, below the state directory. The caller holds the
 * platform's lock: whatever another run left there belongs to a dead one and is removed, and nothing else is.
 */
export async function openRunDirectory(
  stateDirectory: string,
): Promise<{ path: string; leftovers: number; remove(): Promise<void> }> {
  const staging = join(stateDirectory, 'staging');
  try {
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const old = (await readdir(staging)).filter((name) => /^run-[A-Za-z0-9]{6}$/.test(name));
    for (const name of old) await rm(join(staging, name), { recursive: true, force: true });
    const path = await mkdtemp(join(staging, RUN_PREFIX));
    return { path, leftovers: old.length, remove: () => rm(path, { recursive: true, force: true }) };
  } catch (error) {
    if (isDiskFull(error)) throw await explainStagingError(error, stateDirectory);
    throw new Failure(
      'config',
      `the staging directory ${staging} cannot be used: ${messageOf(error)}`,
      'Make it writable for this user and not read-only, or set another state: in continuity.yml.',
      { cause: error },
    );
  }
}

/**
 * What the disk of the state directory did to a run, as a Failure: `space` where it is full, `config` where it is gone or
 * does not take writes any more. Anything else as it is, and so what happened on another disk.
 */
export async function explainStagingError(error: unknown, stateDirectory: string): Promise<unknown> {
  if (error instanceof Failure || typeof error !== 'object' || error === null) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  const isElsewhere = path !== undefined && !path.startsWith(stateDirectory);
  if (isElsewhere) return error;
  if (isDiskFull(error)) {
    const room = await measureRoom(stateDirectory).then(describeRoom, () => 'it cannot be looked at');
    return new Failure(
      'space',
      `the disk of the staging directory below ${stateDirectory} is full (${code}; ${room} now)`,
      'Nothing was sealed and nothing was lost. Make room there, or set another state: in continuity.yml.',
      { cause: error },
    );
  }
  const isOurs = isReadOnly(error) || (path !== undefined && code !== 'EEXIST');
  if (!isOurs) return error;
  return new Failure(
    'config',
    `the staging directory below ${stateDirectory} cannot be used any more: ${messageOf(error)}`,
    'Nothing was sealed. Check that its disk is mounted and not read-only, then run the backup again.',
    { cause: error },
  );
}
