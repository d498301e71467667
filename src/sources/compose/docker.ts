import { Failure } from '../../logging/failure.ts';
import { runCommand, type CommandOptions, type CommandResult, type Environment } from '../../system/run-command.ts';

/** How docker is called: its environment names the engine and fills the variables of compose files. */
export interface DockerOptions extends Omit<CommandOptions, 'env'> {
  environment: Environment;
}

/** The engine as a caller reaches it. */
export interface DockerCaller {
  readonly environment: Environment;
  /** What it starts is not ended by the terminal's Ctrl-C: the engine would go on with what was asked of it, unwatched. */
  readonly isDetached?: boolean;
}

/** What the labels begin with by which Compose knows its containers, volumes and networks. */
export const composeLabel = 'com.docker.compose';

const timeoutMs = 60_000;
const unreachable = /cannot connect to the docker daemon|is the docker daemon running|error during connect/i;
const forbidden = /permission denied.*docker|docker.*permission denied/is;

/**
 * Runs one docker command to its end. That it failed is a result; that docker is missing or its engine does not answer
 * is a Failure, `config` or `source`.
 */
export async function runDocker(
  args: readonly string[],
  { environment, ...options }: DockerOptions,
): Promise<CommandResult> {
  const result = await runCommand('docker', args, { timeoutMs, ...options, env: environment }).catch(
    (cause: unknown) => {
      const next = 'Install Docker Engine, with Compose 2 or newer (docs/platform.md says how).';
      throw new Failure('config', 'the program docker is missing on this machine', next, { cause });
    },
  );
  options.signal?.throwIfAborted();
  if (result.code === 0) return result;
  if (forbidden.test(result.stderr)) {
    const next = 'Run as root, or as a user of the group docker (who is root on this machine all the same).';
    throw new Failure('config', "this user may not use Docker's socket", next);
  }
  if (unreachable.test(result.stderr)) {
    throw new Failure(
      'source',
      'the Docker engine does not answer',
      'Start it (systemctl start docker), then run again.',
    );
  }
  if (result.isAborted) {
    const what = `docker ${args[0]} took longer than ${Math.round((options.timeoutMs ?? timeoutMs) / 1000)} s`;
    throw new Failure('source', what, 'Look at the engine (journalctl -u docker), then run again.');
  }
  return result;
}

/** The last line that docker wrote, which says what is wrong; short. */
export function lastLine({ stderr, code }: Pick<CommandResult, 'stderr' | 'code'>): string {
  return stderr.trim().split('\n').at(-1)?.slice(0, 300) || `exit code ${code}`;
}

/** The result of a command that has to succeed, whole. @throws Failure `source` with what docker said */
export function requireSuccess(args: readonly string[], result: CommandResult): CommandResult {
  if (result.code === 0 && !result.isTruncated) return result;
  const what = `docker ${args.slice(0, 2).join(' ')} failed: ${lastLine(result)}`;
  throw new Failure('source', what, 'Look at the engine (journalctl -u docker), then run again.');
}
