import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '../run-steps.ts';
import { listSshWords, type Contender, type Place } from './contender.ts';
import { dumpDatabases } from './dump-step.ts';

/** As a script does it that somebody writes in an hour: dump, copy, `tar czf`, rsync. */
export function openPlain({ client, vault, uploads, cluster, server }: Place): Contender {
  const staging = join(client, 'staging');
  const ssh = listSshWords(server, 'plain');
  const account = `${server.sshd.user}@${server.host}`;
  let nights = 0;
  const nameArchive = () => `backup-${nights}.tar.gz`;
  const readArchive = (directory: string, path = '') => ({
    program: 'bash',
    args: [
      '-euo',
      'pipefail',
      '-c',
      '"${@:3}" | tar xzf - -C "$1" ${2:+"$2"}',
      'bash',
      directory,
      path,
      ...ssh,
      account,
      `cat ${join(vault, nameArchive())}`,
    ],
  });
  return {
    prepare: async () => mkdirSync(vault),
    backUp() {
      nights += 1;
      const archive = join(client, nameArchive());
      const run = (program: string, ...args: string[]): Command => ({ program, args });
      return [
        [run('mkdir', '-p', join(staging, 'db'))],
        dumpDatabases(cluster, join(staging, 'db')),
        [run('cp', '-a', uploads, staging)],
        [run('tar', 'czf', archive, '-C', staging, 'db', 'uploads')],
        [run('rm', '-rf', staging)],
        [run('rsync', '-a', '--partial', '-e', ssh.join(' '), archive, `${account}:${vault}/`)],
        [run('rm', archive)],
      ];
    },
    restoreAll: (directory) => ({
      steps: [[readArchive(directory)]],
      uploads: join(directory, 'uploads'),
      dumps: join(directory, 'db'),
    }),
    restoreFile: (path, directory) => ({
      steps: [[readArchive(directory, join('uploads', path))]],
      file: join(directory, 'uploads', path),
    }),
  };
}
