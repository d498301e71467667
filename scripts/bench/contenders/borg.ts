import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireSuccess } from '../require-success.ts';
import type { Command } from '../run-steps.ts';
import { listSshWords, type Contender, type Place } from './contender.ts';
import { dumpDatabases } from './dump-step.ts';

/** borg over SSH with its default compression, lz4, and without encryption. */
export function openBorg({ client, vault, uploads, cluster, server }: Place): Contender {
  const dumps = join(client, 'dumps');
  let nights = 0;
  const env = {
    BORG_REPO: `ssh://${server.sshd.user}@${server.host}:${server.port}${vault}`,
    BORG_RSH: listSshWords(server, 'plain').join(' '),
    BORG_BASE_DIR: join(client, 'borg'),
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
    LC_ALL: 'C.UTF-8',
  };
  const run = (cwd: string, ...args: string[]): Command => ({ program: 'borg', args, cwd, env });
  /** borg leaves out the leading slash. */
  const inside = (path: string) => path.slice(1);
  return {
    async prepare() {
      mkdirSync(dumps);
      const { program, args } = run(client, 'init', '--encryption', 'none');
      await requireSuccess(program, args, { env: { ...process.env, ...env } });
    },
    backUp() {
      nights += 1;
      return [dumpDatabases(cluster, dumps), [run(client, 'create', `::night-${nights}`, dumps, uploads)]];
    },
    restoreAll: (directory) => ({
      steps: [[run(directory, 'extract', `::night-${nights}`)]],
      uploads: join(directory, uploads),
      dumps: join(directory, dumps),
    }),
    restoreFile: (path, directory) => ({
      steps: [[run(directory, 'extract', `::night-${nights}`, inside(join(uploads, path)))]],
      file: join(directory, uploads, path),
    }),
  };
}
