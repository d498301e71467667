import { Document, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { ProposedDatabase } from '../proposal/postgres-servers.ts';
import type { Proposal, ProposedFiles } from '../proposal/propose.ts';
import { describeUncovered } from './not-covered.ts';

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
  const document = new Document({
    ...(root === undefined ? {} : { root }),
    timezone: 'Europe/Paris',
    databases: Object.fromEntries(databases.map((database) => [database.name, databaseValue(database)])),
    files: Object.fromEntries(files.map((source) => [source.name, filesValue(source)])),
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
    'Each over a connection string, postgres://USER:PASSWORD@HOST:PORT, in the environment variable that is named here.',
  ]);
  for (const { name, reason } of databases) if (reason) explain(document, ['databases', name], [`all: ${reason}`]);
  const origin =
    composeFiles.length === 0 ? 'There was no compose file to read: name the folders that hold data.' : undefined;
  explain(document, 'files', [
    origin ??
      `Every volume and bind mount of ${composeFiles.join(', ')} is a source below, or left out here with the reason.`,
    ...uncovered.map(describeUncovered),
  ]);
  explain(document, 'vault', [
    'Over SSH as here, or a local directory, `vault: { path: /mnt/disk/backups }` and nothing else.',
  ]);
  for (const [section, entries] of [
    ['databases', databases],
    ['files', files],
  ] as const) {
    for (const { name } of entries) (document.getIn([section, name], true) as YAMLMap).flow = true;
  }
  return document.toString({ lineWidth: 0, singleQuote: true });
}

/** An entry as its line in a block mapping. */
export function writeEntry(entry: ProposedDatabase | ProposedFiles): string {
  const value = 'urlEnv' in entry ? databaseValue(entry) : filesValue(entry);
  const document = new Document({ [entry.name]: value });
  (document.get(entry.name, true) as YAMLMap).flow = true;
  return document.toString({ lineWidth: 0, singleQuote: true }).trimEnd();
}

function databaseValue({ name, urlEnv, database }: ProposedDatabase): Record<string, string> {
  return { 'url-env': urlEnv, ...(database === name ? {} : { database }) };
}

function filesValue({ path }: ProposedFiles): Record<string, string> {
  return { path };
}

function explain(document: Document, path: string | [string, string], lines: readonly string[]): void {
  const [section, name] = typeof path === 'string' ? [undefined, path] : path;
  const map = (section === undefined ? document.contents : document.get(section, true)) as YAMLMap<Scalar>;
  const pair = map.items.find(({ key }) => key.value === name) as Pair<Scalar>;
  pair.key.commentBefore = lines.map((line) => ` ${line}`).join('\n');
  if (section === undefined) pair.key.spaceBefore = true;
}
