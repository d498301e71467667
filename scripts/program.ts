import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { BaseContext, CommandDefinition, CommandOption, OptionValues } from './commands/command.ts';
import { OutputClosed } from './commands/write-line.ts';
import { reportFailure } from './report-failure.ts';
import { findSwallowedFlags } from './swallowed-flags.ts';
import { createConsoleLogger } from '../src/logging/console-logger.ts';
import { exitCodes, Failure } from '../src/logging/failure.ts';
import { toJsonText } from '../src/logging/json-text.ts';
import { printableLines } from '../src/logging/printable.ts';

type OutputStream = NodeJS.WritableStream & { isTTY?: boolean };

export interface ProgramOptions<Context extends BaseContext> {
  name: string;
  description: string;
  version: string;
  definitions: readonly CommandDefinition<Context>[];
  /** Options of every command, beside --json and --verbose. */
  commonOptions: readonly CommandOption[];
  /** Adds what the program's commands need of those options. */
  completeContext: (base: BaseContext, values: OptionValues, workingDirectory: string) => Context;
  /** Without the interpreter and the script. */
  args: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
  stdin: { isTTY?: boolean };
  stdout: OutputStream;
  stderr: OutputStream;
  workingDirectory: string;
  signal: AbortSignal;
}

/** Runs the command that `args` ask for and returns the exit code. The one place where anything thrown is caught. */
export async function runProgram<Context extends BaseContext>(options: ProgramOptions<Context>): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const setExitCode = (code: number) => (exitCode = code);
  try {
    const swallowed = findSwallowedFlags(options.definitions, options.args, options.environment);
    if (swallowed) throw swallowed;
    await buildProgram(options, setExitCode).parseAsync(options.args, { from: 'user' });
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.ok;
    const json = options.args.includes('--json');
    if (!(error instanceof CommanderError)) return reportFailure(error, { ...options, json });
    if (error.exitCode === 0) return exitCodes.ok;
    // Help that was shown because nothing was asked for has said everything.
    if (error.code === 'commander.help') return exitCodes.usage;
    const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    const failure = new Failure('usage', message, `See ${options.name} --help.`, { cause: error });
    return reportFailure(failure, { ...options, json });
  }
  return exitCode;
}

function buildProgram<Context extends BaseContext>(
  options: ProgramOptions<Context>,
  setExitCode: (code: number) => void,
): Command {
  const program = prepare(new Command(options.name), options).version(options.version).description(options.description);
  const groups = new Map<string, Command>();
  for (const definition of options.definitions) {
    const words = definition.name.split(' ');
    const name = words.pop() as string;
    let parent = program;
    for (const word of words) {
      const group = groups.get(word) ?? prepare(new Command(word), options).description(`Commands of the ${word}.`);
      if (!groups.has(word)) parent.addCommand(group);
      groups.set(word, group);
      parent = group;
    }
    parent.addCommand(buildCommand(name, definition, options, setExitCode));
  }
  return program;
}

function prepare(command: Command, { stdout, stderr }: { stdout: OutputStream; stderr: OutputStream }): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // Said once, with the next step, where everything is caught.
      outputError: () => undefined,
    })
    .helpCommand(false);
}

function buildCommand<Context extends BaseContext>(
  name: string,
  definition: CommandDefinition<Context>,
  options: ProgramOptions<Context>,
  setExitCode: (code: number) => void,
): Command {
  const command = prepare(new Command(name), options).description(definition.summary);
  for (const argument of definition.arguments ?? []) {
    command.argument(argument.isOptional ? `[${argument.name}]` : `<${argument.name}>`, argument.description);
  }
  for (const option of [...(definition.options ?? []), ...options.commonOptions])
    command.addOption(buildOption(option));
  command
    .option('--json', 'result object on standard output, log on standard error')
    .option('--verbose', 'say more')
    .addHelpText('after', `\nExample:\n  ${definition.example}`);
  const argumentCount = definition.arguments?.length ?? 0;
  return command.action(async (...received: unknown[]) => {
    const args = received.slice(0, argumentCount).filter((value) => value !== undefined) as string[];
    setExitCode(await runDefinition(definition, args, command.opts<OptionValues>(), options));
  });
}

function buildOption(definition: CommandOption): Option {
  const option = new Option(definition.flags, definition.description);
  if (definition.choices) option.choices(definition.choices);
  if (definition.default !== undefined) option.default(definition.default);
  if (definition.isList) {
    option.argParser((text, former: string[] | undefined) => {
      const names = text.split(',').map((name) => name.trim());
      if (names.includes('')) throw new InvalidArgumentError('Expected names, separated by commas.');
      return [...(former ?? []), ...names];
    });
  }
  if (definition.isRepeatable) option.argParser((text, former: string[] | undefined) => [...(former ?? []), text]);
  return option;
}

async function runDefinition<Context extends BaseContext>(
  definition: CommandDefinition<Context>,
  args: readonly string[],
  values: OptionValues,
  options: ProgramOptions<Context>,
): Promise<number> {
  const { environment, stdout, stderr } = options;
  const isTerminal = stderr.isTTY === true && environment['TERM'] !== 'dumb';
  const logger = createConsoleLogger({
    stream: stderr,
    isTerminal,
    hasColor: isTerminal && !environment['NO_COLOR'],
    isVerbose: values['verbose'] === true,
  });
  const json = values['json'] === true;
  const base: BaseContext = {
    logger,
    json,
    isInteractive: options.stdin.isTTY === true && stderr.isTTY === true,
    environment,
    signal: options.signal,
  };
  try {
    const context = options.completeContext(base, values, options.workingDirectory);
    const outcome = await definition.run(context, args, values);
    logger.close();
    if (!outcome) return exitCodes.ok;
    const printed = outcome.result === undefined ? '' : toJsonText(outcome.result, 2);
    const text = json ? printed : printableLines(outcome.render());
    if (text !== '') stdout.write(`${text}\n`);
    return outcome.exitCode ?? exitCodes.ok;
  } finally {
    logger.close();
  }
}
