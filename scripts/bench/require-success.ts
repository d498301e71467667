import { Failure } from '../../src/logging/failure.ts';
import { runCommand, type CommandOptions } from '../../src/system/run-command.ts';

/**
 * Runs a program of the bench's own, not measured, and returns its standard output.
 * @throws Failure `failed` with what the program said, unless it succeeded.
 */
export async function requireSuccess(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(program, args, options);
  if (code === 0) return stdout;
  throw new Failure(
    'failed',
    `${[program, ...args].join(' ').slice(0, 300)} failed: ${stderr.trim().slice(-1000)}`,
    'The bench has ended; with --keep its files stay for a look.',
  );
}
