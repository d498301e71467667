import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { Failure, messageOf } from '../logging/failure.ts';

const secretHint =
  'No secret is written in this file: name the environment variable or the file that holds it (url-env, url-file, key-env, key-file).';

/** A fault that no single key shows: where it is, and what is expected there. */
export interface Clash {
  readonly path: readonly string[];
  readonly message: string;
}

/** One kind of configuration file: its form, and what to do where a file does not have it. */
export interface FileForm<Schema extends z.ZodType> {
  schema: Schema;
  /** The next step where the file cannot be read. */
  ifUnreadable: string;
  /** The next step where something in it is wrong. */
  ifWrong: string;
}

export interface CheckedFile<Value> {
  value: Value;
  /** Refuses the file for such faults, with their places; does nothing where there are none. */
  refuse(clashes: readonly Clash[]): void;
}

/** The text of a configuration file. @throws Failure `config`. */
export async function readConfigFile(path: string, { ifUnreadable }: { ifUnreadable: string }): Promise<string> {
  const file = resolve(path);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const message = `cannot read the configuration ${file}: ${messageOf(error)}`;
    throw new Failure('config', message, ifUnreadable, { cause: error });
  }
}

/**
 * Checks YAML against a form; `file` is absolute and only names it.
 * @throws Failure `config`, one line per fault, each with its place, its key and the expected form.
 */
export function checkYaml<Schema extends z.ZodType>(
  content: string,
  file: string,
  { schema, ifWrong }: FileForm<Schema>,
): CheckedFile<z.output<Schema>> {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined) => {
    if (offset === undefined) return basename(file);
    const { line, col } = lines.linePos(offset);
    return `${basename(file)}:${line}:${col}`;
  };
  const fail = (faults: string[], isSecretNear = false) =>
    new Failure('config', faults.join('\n'), isSecretNear ? `${ifWrong} ${secretHint}` : ifWrong);
  const failAsYaml = (at: string, message: string) => fail([`${at}: not valid YAML: ${message.split('\n', 1)[0]}`]);

  const [fault] = document.errors;
  if (fault) throw failAsYaml(place(fault.pos[0]), fault.message);
  let plain: unknown;
  try {
    plain = document.toJS();
  } catch (error) {
    throw failAsYaml(basename(file), messageOf(error));
  }
  const checked = schema.safeParse(plain ?? {});
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message, ...issue }) => ({
      path: path.map(String),
      message: message === 'Invalid input' ? 'missing' : message,
      unknownKey: 'keys' in issue ? issue.keys[0] : undefined,
    }));
    throw fail(
      issues.map(({ path, message, unknownKey }) => {
        const offset = findOffset(document, unknownKey === undefined ? path : [...path, unknownKey]);
        return `${place(offset)}: ${path.join('.') || 'the file'}: ${message}`;
      }),
      issues.some(({ unknownKey }) => unknownKey !== undefined && /pass|secret|token|url|key/i.test(unknownKey)),
    );
  }
  return {
    value: checked.data,
    refuse(clashes) {
      if (clashes.length === 0) return;
      throw fail(
        clashes.map(({ path, message }) => `${place(findOffset(document, path))}: ${path.join('.')}: ${message}`),
      );
    },
  };
}

/** Offset of the key at `path`, or of the nearest key above it that exists. */
function findOffset(document: Document, path: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (!isMap(node)) break;
    const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === step);
    if (!pair) break;
    offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
    node = pair.value;
  }
  return offset;
}
