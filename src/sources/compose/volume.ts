import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import { onItsHost } from './container-root.ts';
import { runDocker } from './docker.ts';
import { readComposeModel } from './model.ts';
import type { ComposeProject } from './project.ts';

/**
 * The folder of a volume on this host, by its key in the compose file or by its name as Docker knows it.
 * @throws Failure `source` where there is no such volume, or its files are on this host only while a service runs;
 * `config` where the engine that keeps it is another machine's.
 */
export async function locateVolume(project: ComposeProject, volume: string): Promise<string> {
  const { volumes } = await readComposeModel(project);
  const declared = volumes.find(({ key }) => key === volume);
  const name = declared?.name ?? volume;
  if (declared?.boundPath !== undefined) return declared.boundPath;
  const found = await inspectVolume(name, project.environment);
  if (!found) {
    const next = 'Correct the name in the configuration (docker volume ls), or start the platform once: that makes it.';
    throw new Failure('source', `there is no volume ${name}`, next);
  }
  if (found.Driver === 'local' && found.Options?.['device'] === undefined) {
    if (await isHere(found.Mountpoint, () => inspectVolume(name, project.environment))) return found.Mountpoint;
    throw new Failure(
      'config',
      `volume ${name} is on another machine than this one, or in another place that only its engine sees: ` +
        `its folder, ${found.Mountpoint}, is not to be found here`,
      onItsHost,
    );
  }
  const next = 'Mount the same on the host, and name that folder with path: in place of volume:.';
  throw new Failure('source', `the files of volume ${name} are on this host only while a service runs`, next);
}

interface InspectedVolume {
  Driver: string;
  Mountpoint: string;
  /** In truth when its folder was last changed: in Engine 20.10 the one with the files, in newer ones the one around it. */
  CreatedAt?: string;
  Options: Record<string, string> | null;
}

async function inspectVolume(name: string, environment: Environment): Promise<InspectedVolume | undefined> {
  const { code, stdout } = await runDocker(['volume', 'inspect', '--', name], { environment });
  return code === 0 ? (JSON.parse(stdout) as InspectedVolume[])[0] : undefined;
}

/** Whether the folder on this host is the one that the engine sees: another machine's was changed at another time. */
async function isHere(folder: string, ask: () => Promise<InspectedVolume | undefined>): Promise<boolean> {
  const before = await readChanges(folder);
  const told = Math.floor(Date.parse((await ask())?.CreatedAt ?? '') / 1000);
  const after = await readChanges(folder);
  return before.some((since, index) => since <= told && told <= (after[index] ?? 0));
}

/** In seconds since 1970, of the folder and the one around it; none where it is not here. */
async function readChanges(folder: string): Promise<number[]> {
  try {
    const stats = await Promise.all([folder, dirname(folder)].map((path) => stat(path)));
    return stats.map(({ ctimeMs }) => Math.floor(ctimeMs / 1000));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
