import { Document, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { ProposedDatabase } from '../../coverage/postgres-servers.ts';
import type { Proposal, ProposedFiles, UncoveredMount } from '../../coverage/propose.ts';

export interface ConfigTextOptions {
  readonly proposal: Proposal;
  /** Where production's compose file and data lie; absent: left to a person. */
  readonly root?: string;
  /** For the text: what was read. */
  readonly composeFiles: readonly string[];
}

const rootHint =
  'Set root: to the clone of this repository on production, which holds the data: a runner checks out elsewhere.';

/** Writes a continuity.yml out of what was found, the manual's values for the rest. */
export function writeConfigText({ proposal, root, composeFiles }: ConfigTextOptions): string {
  const { databases, files, uncovered } = proposal;
  const presumed = uncovered.filter(({ isEvident, isOpen }) => !isEvident && !isOpen);
  const open = uncovered.filter(({ isOpen }) => isOpen);
  const document = new Document({
    ...(root === undefined ? {} : { root }),
    timezone: 'Europe/Paris',
    ...(composeFiles.length === 0
      ? {}
      : { compose: { file: composeFiles.length === 1 ? composeFiles[0] : composeFiles } }),
    databases: Object.fromEntries(databases.map((database) => [database.name, databaseValue(database)])),
    files: Object.fromEntries(files.map((source) => [source.name, filesValue(source)])),
    ...(presumed.length === 0
      ? {}
      : { 'not-covered': Object.fromEntries(presumed.map(({ label, reason }) => [label, reason])) }),
    vault: {
      host: '172.16.95.98',
      port: 4660,
      user: 'skills-backup',
      path: '/srv/tc-data/backups',
      'key-file': '/etc/skills-hub/writer_rsa',
      'known-hosts': 'infrastructure/known_hosts',
      'bandwidth-limit': '50MB',
      reader: { user: 'skills-restore', agent: true },
    },
    'maximum-age': '26h',
  });
  document.commentBefore = [
    ' What is backed up, and where to. Proposed by "continuity init": check it, then run "npm run -s continuity -- doctor".',
    ' No secret stands here: secrets are named (an environment variable, a file), never written.',
    ...(root === undefined ? [` ${rootHint}`, ' root: /srv/skills-hub'] : []),
  ].join('\n');
  explain(document, 'databases', [
    'Each inside the service that runs its server: no password, and no port. Servers elsewhere: url-env: with the name of',
    'an environment variable that holds a connection string, postgres://USER:PASSWORD@HOST:PORT.',
  ]);
  for (const { name, reason } of databases) if (reason) explain(document, ['databases', name], [reason]);
  explain(document, 'files', [
    composeFiles.length === 0
      ? 'There was no compose file to read: name the folders that hold data.'
      : `Every volume and bind mount of ${composeFiles.join(', ')} that holds data. A volume is found by its name in there.`,
    ...open.map(describeOpen),
  ]);
  if (presumed.length > 0) {
    explain(document, 'not-covered', [
      'Left out, with the reason. What is neither here nor above is named by doctor and in the report of every backup.',
    ]);
  }
  explain(document, 'vault', [
    'Over SSH as here, or a local directory, `vault: { path: /mnt/disk/backups }` and nothing else.',
  ]);
  for (const [section, entries] of [
    ['databases', databases],
    ['files', files],
  ] as const) {
    for (const { name } of entries) (document.getIn([section, name], true) as YAMLMap).flow = true;
  }
  if (composeFiles.length > 0) (document.get('compose', true) as YAMLMap).flow = true;
  return document.toString({ lineWidth: 0, singleQuote: true });
}

/** An entry of `databases:` as its line in a block mapping. */
export function writeDatabase(database: ProposedDatabase): string {
  return writeLine(database.name, databaseValue(database));
}

/** The same of `files:`. */
export function writeFiles(source: ProposedFiles): string {
  return writeLine(source.name, filesValue(source));
}

/** The same of `not-covered:`. */
export function writeReason({ label, reason }: Pick<UncoveredMount, 'label' | 'reason'>): string {
  return writeLine(label, reason);
}

function writeLine(name: string, value: Record<string, string> | string): string {
  const document = new Document({ [name]: value });
  if (typeof value !== 'string') (document.get(name, true) as YAMLMap).flow = true;
  return document.toString({ lineWidth: 0, singleQuote: true }).trimEnd();
}

function databaseValue({ name, service, user, database }: ProposedDatabase): Record<string, string> {
  return { service, ...(user === undefined ? {} : { user }), ...(database === name ? {} : { database }) };
}

function filesValue({ path, volume }: ProposedFiles): Record<string, string> {
  return volume === undefined ? { path: path as string } : { volume };
}

/** A question to a person, on one line whatever the names hold. */
function describeOpen({ label, services, targets, reason }: UncoveredMount): string {
  const where = `${services.length > 1 ? 'services' : 'service'} ${services.join(', ')}; ${targets.join(', ')}`;
  return `not covered yet: ${label}${services.length === 0 ? '' : ` (${where})`}: ${reason}`.replace(/\s+/g, ' ');
}

function explain(document: Document, path: string | [string, string], lines: readonly string[]): void {
  const [section, name] = typeof path === 'string' ? [undefined, path] : path;
  const map = (section === undefined ? document.contents : document.get(section, true)) as YAMLMap<Scalar>;
  const pair = map.items.find(({ key }) => key.value === name) as Pair<Scalar>;
  pair.key.commentBefore = lines.map((line) => ` ${line}`).join('\n');
  if (section === undefined) pair.key.spaceBefore = true;
}
