import { exitCodes, toFailure } from '../src/logging/failure.ts';
import { toJsonText } from '../src/logging/json-text.ts';
import { printableLines } from '../src/logging/printable.ts';

export interface ReportOptions {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  environment: Readonly<Record<string, string | undefined>>;
  args: readonly string[];
  json: boolean;
}

/** Says what went wrong and what to do next; with `--json` on standard output as well. Returns the exit code. */
export function reportFailure(error: unknown, options: ReportOptions): number {
  const failure = toFailure(error, 'Run it again with --verbose');
  const hasColor = options.stderr.isTTY === true && !options.environment['NO_COLOR'];
  const label = hasColor ? '\u001b[31merror:\u001b[0m' : 'error:';
  for (const line of failure.message.split('\n')) options.stderr.write(`${label} ${printableLines(line)}\n`);
  if (failure.next) options.stderr.write(`next: ${printableLines(failure.next)}\n`);
  if (options.args.includes('--verbose') && error instanceof Error) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      options.stderr.write(`${printableLines(cause.stack ?? '')}\n`);
  }
  if (options.json) {
    const { kind, message, next } = failure;
    options.stdout.write(`${toJsonText({ error: { kind, message, next } }, 2)}\n`);
  }
  return exitCodes[failure.kind];
}
