import { isMap, isScalar, parseDocument } from 'yaml';
import { Failure, messageOf } from '../../../logging/failure.ts';
import { isRecord } from '../../../system/is-record.ts';
import { programPath } from './installed-paths.ts';

/** npm scripts of an application; npm's own flags are told apart by these names. */
export const packageScripts: Readonly<Record<string, string>> = {
  continuity: `node ${programPath}`,
  'prod:backup': `node ${programPath} backup`,
  'prod:restore': `node ${programPath} restore`,
  'prod:check-backup': `node ${programPath} status`,
};

export interface ScriptsEdit {
  /** What is missing added, and what is of another version of ours brought up to date. */
  readonly content: string;
  /** Scripts of these names are the team's own, and stand as they did. */
  readonly foreign: readonly string[];
}

/** Our program with one word at most: whatever else stands there, somebody else wrote. */
const ownForm = /^node (\.\/)?tools\/continuity\/(continuity\/)?[a-z-]+\.m?js( [a-z-]+)?$/;

/**
 * Adds the scripts to a package.json; everything else stays as it is, byte for byte. Without one, a minimal one.
 * @throws Failure `usage` where it is no JSON object.
 */
export function addPackageScripts(content: string | undefined): ScriptsEdit {
  if (content === undefined) {
    const minimal = { private: true, scripts: packageScripts };
    return { content: `${JSON.stringify(minimal, undefined, 2)}\n`, foreign: [] };
  }
  const scripts = readScripts(content);
  // As the file has it: what is added here has another one where the file is of one line.
  const indent = /^[ \t]+(?=")/m.exec(content)?.[0] ?? '  ';
  const foreign = findForeignScripts(content);
  let text = content;
  for (const [name, command] of Object.entries(packageScripts)) {
    if (scripts[name] !== command && !foreign.includes(name)) text = setScript(text, { name, command, indent });
  }
  return { content: text, foreign };
}

/** The text with our script in place of the one that has its name. */
export function replaceScript(content: string, name: string): string {
  return setScript(content, { name, command: packageScripts[name] as string, indent: '  ' });
}

/** The scripts that are missing, or of another version of ours. */
export function findMissingScripts(content: string | undefined): string[] {
  const scripts = content === undefined ? {} : readScripts(content);
  const foreign = content === undefined ? [] : findForeignScripts(content);
  return Object.entries(packageScripts).flatMap(([name, command]) =>
    scripts[name] === command || foreign.includes(name) ? [] : [name],
  );
}

/** Scripts of our names that the team wrote. */
export function findForeignScripts(content: string): string[] {
  const scripts = readScripts(content);
  return Object.keys(packageScripts).filter((name) => {
    const script = scripts[name];
    return script !== undefined && !(typeof script === 'string' && ownForm.test(script));
  });
}

function readScripts(content: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (!isRecord(parsed)) throw refuse('it holds no object');
  if (parsed['scripts'] === undefined) return {};
  if (!isRecord(parsed['scripts'])) throw refuse('"scripts" is no object');
  return parsed['scripts'];
}

interface ScriptLine {
  name: string;
  command: string;
  /** One step of it. */
  indent: string;
}

function setScript(content: string, { name, command, indent }: ScriptLine): string {
  const newline = content.includes('\r\n') ? '\r\n' : '\n';
  const [root, scripts] = findMaps(content);
  const line = `${JSON.stringify(name)}: ${JSON.stringify(command)}`;
  const inner = `${newline}${indent}${indent}`;
  if (!scripts)
    return insert(content, root, `${newline}${indent}"scripts": {${inner}${line}${newline}${indent}}`, newline);
  const present = scripts.entries.find(({ key }) => key === name);
  if (!present) return insert(content, scripts, `${inner}${line}`, `${newline}${indent}`);
  return `${content.slice(0, present.start)}${JSON.stringify(command)}${content.slice(present.end)}`;
}

interface JsonMap {
  /** Offset behind its opening brace, and of its closing one. */
  open: number;
  close: number;
  /** Where the values stand. */
  entries: { key: string; start: number; end: number }[];
}

/** The root and its `scripts`, with their places. JSON is YAML, whose parser keeps the offsets. */
function findMaps(content: string): [JsonMap, JsonMap | undefined] {
  const map = parseDocument(content).contents;
  const root = describeMap(map);
  if (!root) throw refuse('its places cannot be found');
  const scripts: unknown = isMap(map) ? map.get('scripts', true) : undefined;
  return [root, describeMap(scripts)];
}

function describeMap(node: unknown): JsonMap | undefined {
  if (!isMap(node) || !node.range) return undefined;
  const entries = node.items.flatMap(({ key, value }) => {
    const range = (value as { range?: [number, number, number] | null } | null)?.range;
    return isScalar(key) && range ? [{ key: String(key.value), start: range[0], end: range[1] }] : [];
  });
  return { open: node.range[0] + 1, close: node.range[1] - 1, entries };
}

/** Behind the last entry, with the comma that it then needs; `end` stands before the brace of a map that was empty. */
function insert(content: string, { open, close, entries }: JsonMap, line: string, end: string): string {
  const last = entries.at(-1);
  if (last) return `${content.slice(0, last.end)},${line}${content.slice(last.end)}`;
  return `${content.slice(0, open)}${line}${end}${content.slice(close)}`;
}

function refuse(reason: string, cause?: unknown): Failure {
  return new Failure('usage', `package.json cannot be read: ${reason}`, 'Correct it, then run init again.', { cause });
}
