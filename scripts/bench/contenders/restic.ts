import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireSuccess } from '../require-success.ts';
import type { Command } from '../run-steps.ts';
import { listSshWords, type Contender, type Place } from './contender.ts';
import { dumpDatabases } from './dump-step.ts';

/** restic over SFTP, into a repository of its second format, which compresses. It always encrypts. */
export function openRestic({ client, vault, uploads, cluster, server }: Place): Contender {
  const dumps = join(client, 'dumps');
  const account = `${server.sshd.user}@${server.host}`;
  const sftp = [...listSshWords(server, 'plain'), account, '-s', 'sftp'].join(' ');
  const env = {
    RESTIC_REPOSITORY: `sftp:${account}:${vault}`,
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(client, 'cache'),
  };
  const run = (...args: string[]): Command => ({
    program: 'restic',
    args: ['--quiet', '-o', `sftp.command=${sftp}`, ...args],
    env,
  });
  return {
    async prepare() {
      mkdirSync(dumps);
      const { program, args } = run('init', '--repository-version', '2');
      await requireSuccess(program, args, { env: { ...process.env, ...env } });
    },
    backUp: () => [dumpDatabases(cluster, dumps), [run('backup', dumps, uploads)]],
    restoreAll: (directory) => ({
      steps: [[run('restore', 'latest', '--target', directory)]],
      uploads: join(directory, uploads),
      dumps: join(directory, dumps),
    }),
    restoreFile: (path, directory) => ({
      steps: [[run('restore', 'latest', '--target', directory, '--include', join(uploads, path))]],
      file: join(directory, uploads, path),
    }),
  };
}
