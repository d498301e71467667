import { z } from 'zod';
import { alertsSchema } from './alerts.ts';
import { composeSchema, usedBySchema } from './compose.ts';
import { account, duration, mapping, path, port, size, text, timezone, variable } from './fields.ts';
import { foreignSchema } from './foreign.ts';
import { recoverySchema } from './recovery.ts';

/** The form of `continuity.yml`. */

function countKeys(value: object, keys: readonly string[]): number {
  return keys.filter((key) => key in value).length;
}

/** For editors: exactly one of these keys. */
function exactlyOne(keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

const databaseText = text('a database name, not beginning with "-"', /^[^-\0\n\r][^\0\n\r]*$/);
const globs = z.array(text('a glob such as "**/.cache/**"'), { error: 'expected a list of globs' });
const sourceNameForm =
  'expected a name of lower-case letters, digits and "-", beginning with a letter, at most 63 characters, other than "db" and "kit"';
const sourceName = z.string().regex(/^(?!(?:db|kit)$)[a-z][a-z0-9-]{0,62}$/, sourceNameForm);

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
  'used-by': usedBySchema,
})
  .refine((value) => countKeys(value, reachKeys) === 1, 'expected exactly one of service, container, url-env, url-file')
  .refine((value) => !(('url-env' in value || 'url-file' in value) && 'user' in value), {
    path: ['user'],
    error: 'expected no user beside url-env or url-file: the connection string names it',
  })
  .meta(exactlyOne(reachKeys));

const files = mapping({
  path: path
    .optional()
    .describe('Folder to protect, relative to root; beside service: an absolute path inside its container.'),
  volume: account
    .optional()
    .describe('Volume to protect: its key in the compose file, or its name as Docker knows it.'),
  service: account
    .optional()
    .describe('Service whose container holds the folder, in no volume: it is lost with the container.'),
  exclude: globs.default([]).describe('What to leave out; relative to the folder.'),
  'allow-unreadable': globs.default([]).describe('What may be unreadable without failing the run.'),
  'used-by': usedBySchema,
}).superRefine(({ path: folder, volume, service }, context) => {
  const complain = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  if (volume !== undefined && (folder !== undefined || service !== undefined)) {
    complain('volume', 'expected volume alone, or path, or path with service');
  } else if (volume === undefined && folder === undefined) {
    complain('path', 'missing: expected a path, or a volume in its place');
  } else if (service !== undefined && folder?.startsWith('/') !== true) {
    complain('path', 'expected an absolute path, since it is inside the container');
  }
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
  timezone: timezone.default('Europe/Paris').describe('The zone whose calendar names the archives.'),
  databases: named(database, 'database names to {service | container | url-env | url-file, …}'),
  files: named(files, 'source names to {path, …}'),
  compose: composeSchema.optional().describe('The compose project that runs the platform.'),
  'not-covered': z
    .record(z.string().min(1), text('the reason why it is not backed up'), {
      error: 'expected a mapping such as "volume app-cache": can be made again',
    })
    .default({})
    .describe('Volumes, bind mounts and databases of the project that are left out on purpose, each with the reason.'),
  vault: vault.describe('Where the archives are kept.'),
  dev: mapping({
    port: port.default(8081),
    url: z
      .url({ protocol: /^https?$/, error: 'expected an address such as https://dev.educ-ai.fr' })
      .default('https://dev.educ-ai.fr'),
  }).prefault({}),
  recovery: recoverySchema.prefault({}).describe('What a restore needs besides data: the recovery kit.'),
  foreign: foreignSchema
    .prefault({})
    .describe(
      "Where archives that were not made here have what is configured here; default: as the team's former script did.",
    ),
  alerts: alertsSchema.optional().describe('Who is told when a run fails, and how.'),
  'maximum-age': duration.default('26h').describe('Age of the newest archive from which status complains.'),
});

export type ConfigText = z.output<typeof configSchema>;
