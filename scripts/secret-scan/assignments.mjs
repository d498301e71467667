import { isPlaceholder, looksRandom } from './values.mjs';

/** Who holds a password: a name that ends so, in English or French. PASSWORD_FILE and password-env only say where it is. */
const password = /pass(?:word|wd|phrase)$|mot[_-]?de[_-]?passe$|(?:^|[_-])(?:pass|mdp|pwd)$/i;
const secret = /(?:secret|token|credentials?|(?:api|access|private|secret|encryption|signing|auth)[_-]?keys?)$/i;
/** Long and random under such a name is a secret as well; what is public by its nature is not. */
const hints = /secret|token|passw|passe$|mdp$|pwd$|credential|private|salt|auth|key$/i;
const publicly = /public|fingerprint|digest|sha\d*$|hash$|integrity|known[_-]?host|NOPASSWD/i;

const name = String.raw`(?<name>[A-Za-z_][\w.-]*)`;
const quoted = String.raw`(?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|\x60(?<tick>[^\x60]*)\x60)`;
const inBare = String.raw`[^\s"'\x60;,&|<>()\\]`;
/** name: "value", 'name' = 'value', and a default or a type in between, as in code. */
const withQuotes = new RegExp(`${name}["']?\\s*(?::\\s*string\\s*)?(?:=>|[:=]|\\?\\?=?)\\s*${quoted}`, 'g');
/** NAME=value in shells, .env files and connection strings; name = value in settings. */
const bare = new RegExp(`${name}=(?<value>${inBare}+)`, 'g');
const spaced = new RegExp(`^\\s*${name}\\s*=\\s*(?<value>${inBare}+)\\s*$`, 'g');
/** name: value in YAML, also behind a dash and in braces. */
const yaml = new RegExp(`${name}["']?:[ \\t]+(?<value>[^\\s"'#{\\[][^\\n#},]*)`, 'g');
/** name: in YAML, with its value on the line below. */
const yamlAbove = new RegExp(`^(?<indent>\\s*)(?:- +)*["']?${name}["']?:\\s*(?:#.*)?$`);
/** A value by itself: no further key, item, list or comment. */
const alone =
  /^(?<indent>\s+)(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<value>(?![-?] |[#[{&*!|>])[^\s].*?))\s*(?:\s#.*)?$/;
/** ALTER ROLE app PASSWORD 'value' in SQL. */
const sql = /\b(?<name>PASSWORD)\s+'(?<single>[^']+)'/gi;

/** @returns findings of one line as { kind, value }; `after` is the line after it, in which a YAML block begins */
export function findAssignments(line, after, isCode) {
  // Such lines are written by programs: an image in base64, a minified page.
  if (line.length > 10_000) return [];
  const patterns = isCode ? [withQuotes, bare, sql] : [withQuotes, bare, sql, spaced, yaml];
  const isComment = /^\s*(?:#|\/\/|;|\*)/.test(line);
  const found = patterns.flatMap((pattern) =>
    list(line, pattern).flatMap(([key, written]) => {
      // Prose, where a colon explains.
      if (isComment && pattern === yaml && written.includes(' ')) return [];
      // An expression, as in Python's name=os.environ["NAME"].
      if (isCode && pattern === bare && /^[a-z_]\w*(?:\.\w+|\[|$)/i.test(written) && !looksRandom(written)) return [];
      const value = /^[|>][-+\d]*$/.test(written) ? after.trim() : written;
      const kind = judge(key, value, isCode);
      return kind === undefined ? [] : [{ kind, value }];
    }),
  );
  if (!isCode && !isComment) found.push(...findBelow(line, after));
  // The same place is read in more than one way.
  return found.slice(0, 1);
}

function findBelow(line, after) {
  const key = yamlAbove.exec(line)?.groups;
  const below = alone.exec(after)?.groups;
  if (key === undefined || below === undefined || below.indent.length <= key.indent.length) return [];
  const value = below.double ?? below.single ?? below.value;
  if (below.value !== undefined && /:(?:\s|$)/.test(value)) return [];
  const kind = judge(key.name, value, false);
  return kind === undefined ? [] : [{ kind, value }];
}

function list(line, pattern) {
  return [...line.matchAll(pattern)].map(({ groups }) => {
    const { double, single, tick, value } = groups;
    // In a shell's double quotes and in backticks a name is put in wherever it stands.
    const isFilled = /\$[\w({]/.test(double ?? tick ?? '');
    return [groups.name, isFilled ? '' : (double ?? single ?? tick ?? value ?? '').trim()];
  });
}

function judge(key, value, isCode) {
  if (isPlaceholder(value) || publicly.test(key)) return undefined;
  // The shapes of verifiers are known, and shorter ones are none.
  if (/^SCRAM-SHA-256\$/.test(value)) return undefined;
  // An expression, a list or a path is no secret by itself.
  if (/^[[{(/]|^\.{0,2}\/|^~\//.test(value)) return undefined;
  // Short words in code are what tests try with.
  if (password.test(key) && value.length >= (isCode ? 8 : 1)) return 'password in plain text';
  if (looksRandom(value) && hints.test(key)) return 'random text under the name of a secret';
  if (!isCode && secret.test(key) && /^\S{6,}$/.test(value)) return 'secret in plain text';
  return undefined;
}
