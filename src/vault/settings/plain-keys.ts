/** Values by key, `group.key` for those in a group. */
export type PlainKeys = Map<string, string>;

/** Neither quoted nor of several words, and nothing that YAML takes for something else. */
const VALUE = /^[A-Za-z0-9_/][A-Za-z0-9_./+-]*$/;
const OTHER_TYPE = /^(?:null|true|false|yes|no|on|off)$/i;
const TOP = /^([a-z][a-z-]*):(?: +([^#\s].*?))?(?: +#.*)?$/;
const NESTED = /^( +)([a-z][a-z-]*): +([^#\s].*?)(?: +#.*)?$/;
const IGNORED = /^ *(?:#.*)?$/;
/** Groups that are not for those who answer requests: their lines are passed over. */
const PASSED_OVER = new Set(['retention', 'scrub', 'freshness', 'sweep', 'alerts']);

/**
 * Reads the simplest form of YAML: keys at the start of a line, and groups of them, indented or within braces on one line.
 * Undefined where there is anything else, which may be as right: a reader of YAML has to look.
 */
export function readPlainKeys(text: string): PlainKeys | undefined {
  const keys: PlainKeys = new Map();
  const groups = new Set<string>();
  let group: string | undefined;
  let indent: string | undefined;
  const add = (key: string, value: string): boolean => {
    if (!VALUE.test(value) || OTHER_TYPE.test(value) || keys.has(key)) return false;
    keys.set(key, value);
    return true;
  };
  for (const line of text.split('\n')) {
    if (IGNORED.test(line)) continue;
    if (line.startsWith(' ')) {
      if (group !== undefined && PASSED_OVER.has(group)) continue;
      const [, spaces, key = '', value = ''] = NESTED.exec(line) ?? [];
      indent ??= spaces;
      if (group === undefined || spaces === undefined || spaces !== indent || !add(`${group}.${key}`, value)) {
        return undefined;
      }
      continue;
    }
    const [, key, value] = TOP.exec(line) ?? [];
    if (key === undefined || groups.has(key)) return undefined;
    groups.add(key);
    group = value === undefined || PASSED_OVER.has(key) ? key : undefined;
    indent = undefined;
    if (value === undefined || PASSED_OVER.has(key)) continue;
    const inner = /^\{ *(.*?) *\}$/.exec(value)?.[1];
    if (inner === undefined ? !add(key, value) : !inner.split(/ *, */).every((pair) => addPair(key, pair, add))) {
      return undefined;
    }
  }
  return keys;
}

function addPair(group: string, pair: string, add: (key: string, value: string) => boolean): boolean {
  const [, key, value] = /^([a-z][a-z-]*): +(\S+)$/.exec(pair) ?? [];
  return key !== undefined && value !== undefined && add(`${group}.${key}`, value);
}
