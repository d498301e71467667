import { statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { runCommand, type Environment } from '../../system/run-command.ts';
import { listMountedVolumes, type ComposeModel } from '../../sources/compose/compose-model.ts';
import { readCompose, type ComposeReading } from '../../sources/compose/read-compose.ts';
import { propose, type Proposal } from './proposal/propose.ts';
import { askGit } from './adoption/git.ts';

export interface SurveyOptions {
  /** The application's repository: its top folder, without links in its path. */
  readonly directory: string;
  readonly composeFiles?: readonly string[];
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

export interface Survey {
  readonly compose: ComposeReading;
  readonly proposal: Proposal;
}

/** Files that keep an otherwise empty folder in git: what lies beside them is data. */
const placeholder = /(^|\/)(\.gitkeep|\.gitignore|\.keep|README(\.md)?)$/;

/** Looks at the repository, its compose file and Docker, and says what there is to protect. Changes nothing. */
export async function survey({ directory, composeFiles, environment, signal }: SurveyOptions): Promise<Survey> {
  const compose = await readCompose({
    directory,
    environment,
    ...(composeFiles ? { files: composeFiles } : {}),
    ...(signal ? { signal } : {}),
  });
  const tracked = (await askGit(directory, ['ls-files', '-z'], environment))?.split('\0').filter(Boolean) ?? [];
  const files = tracked.filter((path) => !placeholder.test(path));
  const mountpoints =
    compose.readBy === 'docker' ? await findMountpoints(compose.model, environment) : new Map<string, string>();
  const lookAt = (path: string) => {
    const inside = `${posix.normalize(path).replace(/\/$/, '')}/`;
    const isFile = statSync(resolve(directory, path), { throwIfNoEntry: false })?.isFile() === true;
    return { isFile, trackedFiles: files.filter((file) => file.startsWith(inside)).length };
  };
  return { compose, proposal: propose({ model: compose.model, directory, mountpoints, lookAt }) };
}

/** Folders of the volumes that exist on this machine; none where Docker's server does not answer. */
async function findMountpoints(
  { services, volumes }: ComposeModel,
  environment: Environment,
): Promise<Map<string, string>> {
  const mounted = listMountedVolumes(services);
  const names = volumes.flatMap(({ key, name }) => (name === undefined || !mounted.has(key) ? [] : [name]));
  if (names.length === 0) return new Map();
  // Volumes that are not there make it fail; those that are there are printed all the same.
  const args = ['volume', 'inspect', '--', ...names];
  const { stdout } = await runCommand('docker', args, { env: environment, timeoutMs: 30_000 }).catch(() => ({
    stdout: '',
  }));
  try {
    const found = JSON.parse(stdout) as { Name?: unknown; Mountpoint?: unknown }[];
    return new Map(
      found.flatMap(({ Name, Mountpoint }) =>
        typeof Name === 'string' && typeof Mountpoint === 'string' && Mountpoint.startsWith('/')
          ? [[Name, Mountpoint]]
          : [],
      ),
    );
  } catch {
    return new Map();
  }
}
