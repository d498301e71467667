import { selectArchive } from '../../src/config/archive-name.ts';
import { parseDurationMs } from '../../src/config/quantities.ts';
import { Failure } from '../../src/logging/failure.ts';

/** Longest text that any input but a secret may have; GitHub itself sets no limit. */
const MAX_TEXT_LENGTH = 4096;
/** Of all lines of an input that may have several. */
const MAX_LINES_LENGTH = 65_536;
/** An RSA key of 16,384 bits has 13 kB. */
const MAX_SECRET_LENGTH = 65_536;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A step's inputs, each checked for its form when it is read. An empty input is one that was not given: GitHub knows no
 * difference. Messages never repeat a value.
 */
export class Inputs {
  readonly #environment: Environment;
  readonly #mask: (secret: string) => void;

  constructor(environment: Environment, mask: (secret: string) => void) {
    this.#environment = environment;
    this.#mask = mask;
  }

  /**
   * One line of text.
   * @throws Failure `usage` where it holds line breaks or control characters, or is too long.
   */
  text(name: string): string | undefined {
    const value = this.#read(name);
    if (value.length > MAX_TEXT_LENGTH) throw refuse(name, `expected at most ${MAX_TEXT_LENGTH} characters`);
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) throw refuse(name, 'expected one line without control characters');
    return value.trim() === '' ? undefined : value.trim();
  }

  /** One line of text that has to be there: the runner does not enforce `required`. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw refuse(name, 'missing');
    return value;
  }

  /** `true` or `false`; undefined where it was not given. */
  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^true$/i.test(value)) return true;
    if (/^false$/i.test(value)) return false;
    throw refuse(name, 'expected true or false');
  }

  /** One of some words; undefined where it was not given. */
  choice<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw refuse(name, `expected ${words.join(' or ')}`);
    return word;
  }

  /** Text of a certain form, which `expected` describes; undefined where it was not given. */
  matching(name: string, pattern: RegExp, expected: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !pattern.test(value)) throw refuse(name, `expected ${expected}`);
    return value;
  }

  /** An address of the web, without a password: it is shown. Undefined where it was not given. */
  url(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return value;
    throw refuse(name, 'expected an address such as https://dev.example.org, without a password');
  }

  /** A duration such as `26h`, in milliseconds; undefined where it was not given. */
  durationMs(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const milliseconds = parseDurationMs(value);
    if (milliseconds === undefined) throw refuse(name, 'expected a duration such as 30m, 26h or 2d');
    return milliseconds;
  }

  /**
   * What names an archive: `latest`, a date, or a full name. The fallback stands in where there is no such input at all;
   * an empty one (an output of a job that gave none) must not become another archive.
   */
  archive(name: string, fallback?: string): string {
    const isGiven = this.#environment[inputVariable(name)] !== undefined;
    const value = isGiven || fallback === undefined ? this.required(name) : fallback;
    try {
      selectArchive(value);
      return value;
    } catch {
      throw refuse(name, 'expected latest, a date such as 2026-01-31, or a name such as backup_full_2026-01-31.tar.gz');
    }
  }

  /** Names separated by commas or lines; undefined where none was given. */
  list(name: string): string[] | undefined {
    const value = this.#read(name);
    if (value.length > MAX_TEXT_LENGTH) throw refuse(name, `expected at most ${MAX_TEXT_LENGTH} characters`);
    const names = value
      .split(/[,\r\n]/)
      .map((each) => each.trim())
      .filter((each) => each !== '');
    if (names.some((each) => /\p{Cc}/u.test(each))) throw refuse(name, 'expected names without control characters');
    // Two variables side by side, both unset, are no empty list of who may restore.
    if (names.length === 0 && value.trim() !== '') throw refuse(name, 'expected names, and not commas alone');
    return names.length === 0 ? undefined : names;
  }

  /** Texts, one a line, commas and all; undefined where none was given. */
  lines(name: string): string[] | undefined {
    const value = this.#read(name);
    if (value.length > MAX_LINES_LENGTH) throw refuse(name, `expected at most ${MAX_LINES_LENGTH} characters`);
    const lines = value
      .split(/\r?\n/)
      .map((each) => each.trim())
      .filter((each) => each !== '');
    if (lines.some((each) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(each)))
      throw refuse(name, 'expected lines without control characters');
    return lines.length === 0 ? undefined : lines;
  }

  /** A secret, to the byte, masked from here on; undefined where it was not given. */
  secret(name: string): string | undefined {
    const value = this.#read(name);
    if (value.trim() === '') return undefined;
    if (value.length > MAX_SECRET_LENGTH) throw refuse(name, `expected at most ${MAX_SECRET_LENGTH} characters`);
    this.#mask(value);
    return value;
  }

  #read(name: string): string {
    return this.#environment[inputVariable(name)] ?? '';
  }
}

/** The variable in which the runner hands an input over. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function refuse(name: string, expected: string): Failure {
  return new Failure(
    'usage',
    `input ${name}: ${expected}`,
    `Nothing was done. Correct "${name}" under "with:" in the workflow, or in the form that it was started with.`,
  );
}

/** Takes the inputs out of the environment: what this program starts (pg_dump, ssh, tar) has no use for them. */
export function takeInputs(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const inputs = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('INPUT_')));
  for (const name of Object.keys(inputs)) Reflect.deleteProperty(environment, name);
  return inputs;
}
