import type { ComposeConfig } from '../../config/compose.ts';
import { Failure } from '../../logging/failure.ts';
import type { CommandResult, Environment } from '../../system/run-command.ts';
import { lastLine, runDocker, type DockerCaller, type DockerOptions } from './docker.ts';
import type { ProjectFiles } from './project-files.ts';

/** A compose project on this host, and the environment that its variables come from. */
export interface ComposeProject extends Omit<ComposeConfig, 'files'>, ProjectFiles, DockerCaller {}

/**
 * An environment without what tells Compose which project is meant: a shell in which somebody works on another one would
 * have its databases taken for this one's, since it outranks the compose file. The `.env` of the project still counts.
 */
export function leaveOutOtherProjects(environment: Environment): Environment {
  return {
    ...environment,
    COMPOSE_PROJECT_NAME: undefined,
    COMPOSE_FILE: undefined,
    COMPOSE_PROFILES: undefined,
    COMPOSE_ENV_FILES: undefined,
  };
}

/** `docker compose …` for this project, wherever the program itself was started. */
export function composeArguments({ directory, files, project, envFile }: ComposeProject): string[] {
  return [
    'compose',
    '--project-directory',
    directory,
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...files.flatMap((file) => ['--file', file]),
    ...(project === undefined ? [] : ['--project-name', project]),
  ];
}

/**
 * Runs one command of docker compose; its exit code is for the caller.
 * @throws Failure `config` where docker or Compose 2 is missing or the files cannot be read, `source` where the engine
 * does not answer.
 */
export async function runCompose(
  project: ComposeProject,
  args: readonly string[],
  options: Omit<DockerOptions, 'environment'> = {},
): Promise<CommandResult> {
  const result = await runDocker([...composeArguments(project), ...args], {
    isDetached: project.isDetached ?? false,
    ...options,
    environment: project.environment,
  });
  if (result.code !== 0 && /unknown (shorthand )?flag|is not a docker command|unknown command/.test(result.stderr)) {
    const next = 'Install Compose 2 or newer for Docker (docs/platform.md); the old docker-compose 1 cannot be used.';
    throw new Failure('config', 'this Docker has no "docker compose"', next);
  }
  return result;
}

/** The output of a command that has to succeed. @throws Failure `source` with what docker said. */
export async function askCompose(
  project: ComposeProject,
  args: readonly string[],
  options: Omit<DockerOptions, 'environment'> = {},
): Promise<string> {
  const result = await runCompose(project, args, options);
  if (result.code === 0) return result.stdout;
  const files = project.files.join(', ');
  throw new Failure(
    'source',
    `docker compose ${findCommand(args)} failed for ${files}: ${lastLine(result)}`,
    'Check the compose file and its .env (docker compose config -q).',
  );
}

/** The command among the options of docker compose itself, each of which has a value: `--profile * ps --all`. */
function findCommand(args: readonly string[]): string | undefined {
  return args.find((_, index) => index % 2 === 0 && !args[index]?.startsWith('-'));
}
