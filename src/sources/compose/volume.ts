import { Failure } from '../../logging/failure.ts';
import type { Environment } from '../../system/run-command.ts';
import { runDocker } from './docker.ts';
import { readComposeModel } from './model.ts';
import type { ComposeProject } from './project.ts';

/**
 * The folder of a volume on this host, by its key in the compose file or by its name as Docker knows it.
 * @throws Failure `source` where there is no such volume, or its files are on this host only while a service runs.
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
  if (found.Driver === 'local' && found.Options?.['device'] === undefined) return found.Mountpoint;
  const next = 'Mount the same on the host, and name that folder with path: in place of volume:.';
  throw new Failure('source', `the files of volume ${name} are on this host only while a service runs`, next);
}

interface InspectedVolume {
  Driver: string;
  Mountpoint: string;
  Options: Record<string, string> | null;
}

async function inspectVolume(name: string, environment: Environment): Promise<InspectedVolume | undefined> {
  const { code, stdout } = await runDocker(['volume', 'inspect', '--', name], { environment });
  return code === 0 ? (JSON.parse(stdout) as InspectedVolume[])[0] : undefined;
}
