import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listCheckouts, openDevProject, type DevProject } from '../../src/operations/dev/dev-project.ts';
import type { CommandContext, CommandOption, OptionValues } from './command.ts';

/** Of every command of the development platform. */
export const directoryOption: CommandOption = {
  flags: '--directory <dir>',
  description: 'where docker-compose.dev.yml is (default: here, else beside this program)',
};

/** The development project of this machine. */
export async function openDev(context: CommandContext, { directory }: OptionValues): Promise<DevProject> {
  return openDevProject({
    folders: directory === undefined ? [process.cwd(), ...ownCheckouts()] : [resolve(directory as string)],
    environment: context.environment,
    // A machine for development needs none; one that is there says what production's project is.
    config: await context.loadConfigIfAny(),
  });
}

/** infrastructure/compose/prepare.sh of the project itself: it is the developer's own. */
export function locatePrepareScript({ directory }: Pick<DevProject, 'directory'>): string {
  return join(directory, 'infrastructure', 'compose', 'prepare.sh');
}

/** The same of the checkout that this program lies in: a deployment runs nothing that a commit brings. */
export function locateOwnPrepareScript(): string | undefined {
  return ownCheckouts()
    .map((directory) => locatePrepareScript({ directory }))
    .find((path) => existsSync(path));
}

function ownCheckouts(): string[] {
  return listCheckouts(realpathSync(process.argv[1] ?? '.'));
}
