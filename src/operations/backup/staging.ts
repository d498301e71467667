import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, messageOf } from '../../logging/failure.ts';

const RUN_PREFIX = 'run-';

/**
 * A private directory for one run's spools, segments and keys, below the state directory. The caller holds the
 * platform's lock: whatever another run left there belongs to a dead one and is removed, and nothing else is.
 */
export async function openRunDirectory(stateDirectory: string): Promise<{ path: string; leftovers: number; remove(): Promise<void> }> {
  const staging = join(stateDirectory, 'staging');
  try {
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const old = (await readdir(staging)).filter((name) => /^run-[A-Za-z0-9]{6}$/.test(name));
    for (const name of old) await rm(join(staging, name), { recursive: true, force: true });
    const path = await mkdtemp(join(staging, RUN_PREFIX));
    return { path, leftovers: old.length, remove: () => rm(path, { recursive: true, force: true }) };
  } catch (error) {
    throw new Failure(
      'config',
      `the staging directory ${staging} cannot be used: ${messageOf(error)}`,
      'Make it writable for this user and not read-only, or set another state: in continuity.yml.',
      { cause: error },
    );
  }
}
