import { z } from 'zod';
import { durationPattern, parseDurationMs, parseSizeBytes, sizePattern } from './quantities.ts';

/**
 * The form of `continuity.yml`. Each part carries its own message: what is expected there. Values are never repeated
 * in messages, since a secret written in the wrong place is a value too.
 */

function text(expected: string, pattern?: RegExp) {
  const refusal = { error: `expected ${expected}`, abort: true };
  const schema = z.string({ error: refusal.error }).min(1, refusal);
  return pattern ? schema.regex(pattern, refusal) : schema;
}

/** A mapping whose unknown keys are refused, with the known ones in the message. */
function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown key ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}; expected one of ${known}`
        : `expected a mapping with keys out of ${known}`,
  });
}

function countKeys(value: object, keys: readonly string[]): number {
  return keys.filter((key) => key in value).length;
}

/** For editors: exactly one of these keys. */
function exactlyOne(keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

const path = text('a path (no "~": it would not be expanded)', /^(?!~)[^\0]+$/);
const duration = text('a duration such as 90s, 5m, 6h, 1h30m or 2d', durationPattern).refine(
  (value) => parseDurationMs(value) !== undefined,
  'expected a duration above zero',
);
const size = text('a size such as 500kB, 50MB or 1GiB', sizePattern).refine(
  (value) => parseSizeBytes(value) !== undefined,
  'expected a size above zero',
);
const port = z
  .int({ error: 'expected a port number, 1 to 65535' })
  .min(1, 'expected a port number, 1 to 65535')
  .max(65535, 'expected a port number, 1 to 65535');
const variable = text('the name of an environment variable, such as VAULT_KEY', /^[A-Za-z_][A-Za-z0-9_]*$/);
const account = text('an account name without spaces, not beginning with "-"', /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
const databaseText = text('a database name, not beginning with "-"', /^[^-\0\n\r][^\0\n\r]*$/);
const globs = z.array(text('a glob such as "**/.cache/**"'), { error: 'expected a list of globs' });
const sourceNameForm =
  'expected a name of lower-case letters, digits and "-", beginning with a letter, at most 63 characters, other than "db"';
const sourceName = z.string().regex(/^(?!db$)[a-z][a-z0-9-]{0,62}$/, sourceNameForm);

function named<Value extends z.ZodType>(value: Value, expected: string) {
  return z
    .record(sourceName, value, {
      error: (issue) => (issue.code === 'invalid_key' ? sourceNameForm : `expected a mapping of ${expected}`),
    })
    .default({} as never);
}

const reachKeys = ['service', 'container', 'url-env', 'url-file'] as const;
const database = mapping({
  service: account.optional().describe('Service of the compose project that runs the server.'),
  container: account.optional().describe('Container that runs the server, by name.'),
  'url-env': variable.optional().describe('Environment variable that holds a connection string.'),
  'url-file': path.optional().describe('File that holds a connection string, readable by its owner alone.'),
  user: account.optional().describe('PostgreSQL user inside the container. Default: postgres.'),
  database: databaseText
    .optional()
    .describe('Name on the server, or "all" to discover. Default: the name of this entry.'),
  'exclude-table-data': z
    .array(text('a table pattern such as sessions'), { error: 'expected a list of table patterns' })
    .default([])
    .describe('Tables whose rows are left out; their definition stays.'),
  'lock-wait-timeout': duration.default('5m').describe('How long pg_dump waits for a locked table.'),
  timeout: duration.default('6h').describe('How long the whole dump may take.'),
})
  .refine((value) => countKeys(value, reachKeys) === 1, 'expected exactly one of service, container, url-env, url-file')
  .refine((value) => !(('url-env' in value || 'url-file' in value) && 'user' in value), {
    path: ['user'],
    error: 'expected no user beside url-env or url-file: the connection string names it',
  })
  .meta(exactlyOne(reachKeys));

const files = mapping({
  path: path.describe('Folder to protect; relative to root.'),
  exclude: globs.default([]).describe('What to leave out; relative to the folder.'),
  'allow-unreadable': globs.default([]).describe('What may be unreadable without failing the run.'),
});

const keyKeys = ['key-file', 'key-env', 'agent'] as const;
const keyShape = {
  'key-file': path.optional().describe('File that holds the private key (RSA 4096).'),
  'key-env': variable.optional().describe('Environment variable that holds the private key.'),
  agent: z.literal(true, { error: 'expected true' }).optional().describe('Use the keys of ssh-agent.'),
};
const reader = mapping({ user: account.default('skills-restore'), ...keyShape })
  .refine((value) => countKeys(value, keyKeys) === 1, 'expected exactly one of key-file, key-env, agent')
  .meta(exactlyOne(keyKeys));

const vault = mapping({
  host: text('a host name or address', /^[A-Za-z0-9_[:][A-Za-z0-9_.:%\]-]*$/)
    .optional()
    .describe('Default: 172.16.95.98.'),
  port: port.optional().describe('Default: 4660.'),
  user: account.optional().describe('Account that writes. Default: skills-backup.'),
  path: path
    .optional()
    .describe('On its own: a local directory. Beside other keys: on the vault; default /srv/tc-data/backups.'),
  ...keyShape,
  'known-hosts': path.optional().describe("File that pins the vault's host keys."),
  'bandwidth-limit': size.optional().describe('Bytes per second, such as 50MB.'),
  reader: reader.optional().describe('Account that reads archives. Default: the account that writes.'),
}).superRefine((value, context) => {
  if (isDirectoryVault(value)) return;
  const complain = (key: string[], message: string) => context.addIssue({ code: 'custom', path: key, message });
  if (countKeys(value, keyKeys) !== 1) {
    complain([], 'expected either path alone (a directory), or exactly one of key-file, key-env, agent (over SSH)');
  }
  if (value['known-hosts'] === undefined) {
    complain(['known-hosts'], "missing: expected a file that pins the vault's host keys, as ssh-keyscan prints them");
  }
  if (value.path !== undefined && !value.path.startsWith('/')) {
    complain(['path'], 'expected an absolute path, since it is on the vault');
  }
});

/** A vault that is only a path is a local directory. */
export function isDirectoryVault(value: { path?: string | undefined }): value is { path: string } {
  return value.path !== undefined && Object.keys(value).length === 1;
}

export const configSchema = mapping({
  root: path.optional().describe('What relative paths resolve against. Default: the folder of this file.'),
  state: path.default('/var/lib/skills-hub-continuity').describe('Lock, journal and cache.'),
  timezone: text('a time zone such as Europe/Paris')
    .refine(isTimezone, 'expected a time zone such as Europe/Paris')
    .default('Europe/Paris')
    .describe('The zone whose calendar names the archives.'),
  databases: named(database, 'database names to {service | container | url-env | url-file, …}'),
  files: named(files, 'source names to {path, …}'),
  vault: vault.describe('Where the archives are kept.'),
  dev: mapping({
    port: port.default(8081),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address such as https://dev.educ-ai.fr' })
      .default('https://dev.educ-ai.fr'),
  }).prefault({}),
  'maximum-age': duration.default('26h').describe('Age of the newest archive from which status complains.'),
});

export type ConfigText = z.output<typeof configSchema>;

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
