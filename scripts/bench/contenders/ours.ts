import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseNames } from '../databases.ts';
import { sealOldArchives } from '../old-archives.ts';
import type { Command } from '../run-steps.ts';
import type { Contender, Place } from './contender.ts';

export interface OursOptions {
  /** The command line's bundle, as it is committed. */
  bundlePath: string;
  /** Names of the keys with forced commands. */
  keys: { writer: string; reader: string };
  /** Archives that the vault holds already. */
  oldArchives: number;
}

const URL_VARIABLE = 'BENCH_DATABASE_URL';

/** This toolkit, from its bundles, with a writer's and a reader's key. */
export function openOurs(place: Place, { bundlePath, keys, oldArchives }: OursOptions): Contender {
  const { client, vault, cluster } = place;
  const config = join(client, 'continuity.yml');
  const run = (...args: string[]): Command => ({
    program: process.execPath,
    args: [bundlePath, ...args, '--config', config],
    env: { [URL_VARIABLE]: cluster.url() },
  });
  return {
    async prepare() {
      mkdirSync(join(client, 'state'), { mode: 0o700 });
      writeFileSync(config, writeConfig(place, keys));
      if (oldArchives > 0) await sealOldArchives(vault, join(client, 'old'), oldArchives);
    },
    // Not by the date: each night of the bench has an archive of its own.
    backUp: () => [[run('backup')]],
    // With what everybody has, and from the archive itself.
    restoreAll: (directory) => ({
      steps: [[{ program: 'tar', args: ['xzf', join(vault, findNewest(vault)), '-C', directory] }]],
      uploads: join(directory, 'uploads'),
      dumps: join(directory, 'db'),
    }),
    restoreFile: (path, directory) => ({
      steps: [[run('restore', 'latest', '--to', directory, '--path', join('uploads', path))]],
      file: join(directory, 'uploads', path),
    }),
  };
}

function findNewest(vault: string): string {
  const archives = readdirSync(vault).filter((name) => name.endsWith('.tar.gz'));
  const ages = archives.map((name) => ({ name, changedMs: statSync(join(vault, name)).ctimeMs }));
  return ages.reduce((newest, each) => (each.changedMs > newest.changedMs ? each : newest)).name;
}

function writeConfig({ client, vault, uploads, server }: Place, keys: OursOptions['keys']): string {
  const { sshd, host, port, knownHostsPath } = server;
  return [
    `state: ${join(client, 'state')}`,
    'databases:',
    ...databaseNames.map((name) => `  ${name}: { url-env: ${URL_VARIABLE}, database: ${name} }`),
    'files:',
    `  uploads: { path: ${uploads} }`,
    'vault:',
    `  host: ${host}`,
    `  port: ${port}`,
    `  user: ${sshd.user}`,
    `  path: ${vault}`,
    `  key-file: ${sshd.clientKeyPath(keys.writer)}`,
    `  known-hosts: ${knownHostsPath}`,
    `  reader: { user: ${sshd.user}, key-file: ${sshd.clientKeyPath(keys.reader)} }`,
    '',
  ].join('\n');
}
