import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { Failure, messageOf } from '../logging/failure.ts';
import type { Config } from './config.ts';
import { findClashes, resolveConfig } from './resolve.ts';
import { configSchema } from './schema.ts';

const secretHint =
  'No secret is written in this file: name the environment variable or the file that holds it (url-env, url-file, key-env, key-file).';

/**
 * Reads and checks a `continuity.yml`.
 * @throws Failure `config`, one line per fault, each with its place, its key and the expected form.
 */
export async function loadConfig(path: string): Promise<Config> {
  const file = resolve(path);
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (error) {
    throw new Failure(
      'config',
      `cannot read the configuration ${file}: ${messageOf(error)}`,
      'Name the file with --config FILE, or start one from continuity.example.yml.',
      { cause: error },
    );
  }
  return parseConfig(content, file);
}

/** Checks the text of a configuration; `file` is absolute and only names it. Throws as `loadConfig`. */
export function parseConfig(content: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number | undefined) => {
    if (offset === undefined) return basename(file);
    const { line, col } = lines.linePos(offset);
    return `${basename(file)}:${line}:${col}`;
  };
  const [fault] = document.errors;
  if (fault) throw refuse([`${place(fault.pos[0])}: not valid YAML: ${firstLine(fault.message)}`]);

  const checked = configSchema.safeParse(toPlainValue(document, file) ?? {});
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message, ...issue }) => ({
      path: path.map(String),
      message: message === 'Invalid input' ? 'missing' : message,
      unknownKey: 'keys' in issue ? issue.keys[0] : undefined,
    }));
    throw refuse(
      issues.map(({ path, message, unknownKey }) => {
        const offset = findOffset(document, unknownKey === undefined ? path : [...path, unknownKey]);
        return `${place(offset)}: ${path.join('.') || 'the file'}: ${message}`;
      }),
      issues.some(({ unknownKey }) => unknownKey !== undefined && /pass|secret|token|url|key/i.test(unknownKey)),
    );
  }
  const config = resolveConfig(checked.data, file);
  const clashes = findClashes(config);
  if (clashes.length > 0) {
    throw refuse(
      clashes.map(({ path, message }) => `${place(findOffset(document, path))}: ${path.join('.')}: ${message}`),
    );
  }
  return config;
}

function toPlainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw refuse([`${basename(file)}: not valid YAML: ${firstLine(messageOf(error))}`]);
  }
}

function refuse(lines: string[], isSecretNear = false): Failure {
  const next = 'Correct the file; continuity.example.yml shows every key, continuity.schema.json helps editors.';
  return new Failure('config', lines.join('\n'), isSecretNear ? `${next} ${secretHint}` : next);
}

/** Offset of the key at `path`, or of the nearest key above it that exists. */
function findOffset(document: Document, path: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === step);
      if (!pair) break;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else {
      break;
    }
  }
  return offset;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] as string;
}
