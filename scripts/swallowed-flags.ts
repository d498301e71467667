import type { CommandDefinition, CommandOption } from './commands/command.ts';
import { Failure } from '../src/logging/failure.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ownOptions: readonly CommandOption[] = [
  { flags: '--config <file>', description: '' },
  { flags: '--json', description: '' },
  { flags: '--verbose', description: '' },
];

/**
 * `npm run prod:restore latest --select app --yes` gives the script `latest app` alone: npm takes flags that stand
 * before ` -- ` as its own configuration, and only its environment still shows them. Going on would do something else
 * than what was typed. Returns the refusal, with the line to type instead.
 */
export function findSwallowedFlags(
  definitions: readonly Pick<CommandDefinition, 'name' | 'arguments' | 'options'>[],
  args: readonly string[],
  environment: Environment,
): Failure | undefined {
  const script = environment['npm_lifecycle_event'];
  if (script === undefined || !/^(continuity$|prod:|dev:)/.test(script)) return undefined;
  const definition = definitions
    .filter(({ name }) => `${args.join(' ')} `.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  const options = [...(definition?.options ?? definitions.flatMap((each) => each.options ?? [])), ...ownOptions];
  const swallowed = options.flatMap((option) => readSwallowed(option, args, environment));
  if (swallowed.length === 0) return undefined;

  const flags = [...new Map(swallowed.map((each) => [each.flag, each])).values()];
  const positionals = [...args.slice(definition && script === 'continuity' ? 0 : countWords(definition?.name))];
  // A flag's value has become an argument: where only one can be meant, it goes back to where it was typed.
  const expected = (definition?.arguments?.length ?? 0) + (script === 'continuity' ? countWords(definition?.name) : 0);
  const hungry = flags.filter(({ needsValue }) => needsValue);
  if (hungry.length === 1 && positionals.length === expected + 1) hungry[0]!.value = positionals.pop() as string;
  const typed = flags.map(({ flag, value, placeholder }) => [flag, value ?? placeholder].filter(Boolean).join(' '));
  const line = ['npm run -s', script, '--', ...positionals.map(quote), ...typed].join(' ');
  return new Failure(
    'usage',
    `npm kept ${flags.map(({ flag }) => flag).join(', ')} for itself: flags of the command stand after " -- "`,
    `Nothing was done. Type: ${line}`,
  );
}

interface SwallowedFlag {
  flag: string;
  needsValue: boolean;
  placeholder?: string;
  value?: string;
}

function readSwallowed(option: CommandOption, args: readonly string[], environment: Environment): SwallowedFlag[] {
  const match = /--(no-)?([a-z][a-z-]*)(?:[ =]([<[].*[>\]]))?/.exec(option.flags);
  if (!match) return [];
  const [, negation = '', name = '', placeholder] = match;
  const flag = `--${negation}${name}`;
  if (args.some((arg) => arg === flag || arg.startsWith(`${flag}=`))) return [];
  const value = readNpmValue(name, environment);
  // npm writes false as an empty text, and sets its own keys so without being asked: only a negation means it.
  const isGiven = negation ? value === '' : value !== undefined && value !== '';
  if (!isGiven) return [];
  if (!placeholder) return [{ flag, needsValue: false }];
  const needsValue = value === 'true';
  return [{ flag, needsValue, placeholder, ...(!needsValue && { value: quote(value as string) }) }];
}

/** What npm 11 takes two of our flags for: a shortened `--token-description`, and `-a -s`. */
const takenFor: Readonly<Record<string, string>> = { to: 'token_description', as: 'all' };

/** What npm holds under a flag's name, or under a shortened form of it (`--sel` for `--select`). */
function readNpmValue(name: string, environment: Environment): string | undefined {
  const other = takenFor[name];
  if (other !== undefined && environment[`npm_config_${other}`]) return environment[`npm_config_${other}`];
  for (let length = name.length; length >= Math.min(3, name.length); length -= 1) {
    const value = environment[`npm_config_${name.slice(0, length).replaceAll('-', '_')}`];
    if (value !== undefined && (value !== '' || length === name.length)) return value;
  }
  return undefined;
}

function countWords(name: string | undefined): number {
  return name === undefined ? 0 : name.split(' ').length;
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
