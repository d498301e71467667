import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connectInContainer } from '../../src/sources/postgres/in-container.ts';
import { loadStaged } from '../../src/sources/postgres/restore-database.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';
import { openDockerGround } from '../fixtures/docker/ground.ts';

const ground = await openDockerGround();
const container = `interrupted-${process.pid}`;

/** Our own programs connect late, those that end their sessions do not: their name has no number. */
const lateClient = `#!/bin/sh
case "$PGAPPNAME" in late*) sleep 2 ;; esac
exec "$(ls -d /usr/lib/postgresql/*/bin/psql | tail -n 1)" "$@"
`;

ground.describe('a client program in a container', () => {
  let server: PostgresServer;
  const inside = (...command: string[]) => ground.docker('exec', container, ...command);
  const query = async (sql: string) => (await inside('psql', '-U', 'hub', '-XAtqc', sql)).trim();

  async function waitFor(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 250) {
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`it never came to this: ${what}`);
  }

  /** Whether one of our programs still is in there, connected or not. */
  const isFree = async () => {
    const script =
      'for p in /proc/[0-9]*; do tr "\\\\0" "\\\\n" <$p/environ 2>/dev/null | grep "^PGAPPNAME=late"; done; true';
    // As the user whom they run as: root in there may not look into them.
    return (await ground.docker('exec', '--user', 'postgres', container, 'sh', '-c', script)) === '';
  };

  beforeAll(async () => {
    const variables = ['POSTGRES_USER=hub', 'POSTGRES_DB=hub', 'POSTGRES_HOST_AUTH_METHOD=trust'];
    const { postgres } = ground.images;
    await ground.docker('run', '-d', '--name', container, ...variables.flatMap((each) => ['--env', each]), postgres);
    await waitFor('the server answers', () =>
      inside('pg_isready', '-q', '-h', '127.0.0.1', '-U', 'hub').then(
        () => true,
        () => false,
      ),
    );
    await query('CREATE DATABASE staged');
    const { environment } = ground;
    server = await connectInContainer({ by: 'container', container, environment }, { user: 'hub', environment });
  }, 240_000);
  afterAll(async () => {
    await ground.docker('rm', '--force', '--volumes', container);
  }, 120_000);

  it('that is ended before it has connected leaves no session behind', async () => {
    await inside('sh', '-c', `cat >/usr/local/bin/psql <<'END'\n${lateClient}END\nchmod 755 /usr/local/bin/psql`);
    try {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const program = server.start('psql', ['-Xqw', '-c', 'SELECT pg_sleep(600)'], {
          database: 'hub',
          applicationName: 'late',
        });
        program.stdin.end();
        for (const stream of [program.stdout, program.stderr]) stream.resume();
        const closed = once(program, 'close');
        await waitFor('it is in there', async () => !(await isFree()));
        program.kill(signal);
        await closed;
        await waitFor('nothing is left in there', isFree);
      }
    } finally {
      await inside('rm', '/usr/local/bin/psql');
    }
  }, 120_000);

  it('whose client somebody else killed before it has connected leaves none either', async () => {
    await inside('sh', '-c', `cat >/usr/local/bin/psql <<'END'\n${lateClient}END\nchmod 755 /usr/local/bin/psql`);
    try {
      const program = server.start('psql', ['-Xqw', '-c', 'SELECT pg_sleep(600)'], {
        database: 'hub',
        applicationName: 'late',
      });
      const closed = once(program, 'close');
      await waitFor('it is in there', async () => !(await isFree()));
      process.kill(program.pid as number, 'SIGKILL');
      await closed;
      await waitFor('nothing is left in there', isFree);
    } finally {
      await inside('rm', '/usr/local/bin/psql');
    }
  }, 120_000);

  it('that loads a dump can be interrupted, also while nobody brings bytes', async () => {
    const abort = new AbortController();
    async function* hang(): AsyncGenerator<Buffer> {
      yield Buffer.from('--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n');
      setTimeout(() => abort.abort(), 1000);
      await new Promise(() => undefined);
    }
    const loading = loadStaged({ server, staged: 'staged', chunks: hang(), signal: abort.signal });
    await expect(loading).rejects.toThrow(/interrupted/);
    await waitFor(
      'no session is left',
      async () => (await query("SELECT count(*) FROM pg_stat_activity WHERE datname = 'staged'")) === '0',
    );
  }, 120_000);
});
