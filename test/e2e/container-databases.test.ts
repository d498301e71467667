import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { openDockerGround } from '../fixtures/docker/ground.ts';
import { removeProject } from '../fixtures/docker/project.ts';

const ground = await openDockerGround();
const continuity = join(import.meta.dirname, '../../scripts/dist/continuity/index.js');
const project = `containers-${process.pid}`;

const composeFile = `
name: ${project}
services:
  one-db:
    image: \${POSTGRES_IMAGE}
    environment: { POSTGRES_USER: lonely, POSTGRES_DB: hub, POSTGRES_PASSWORD: s3cret-of-the-container }
    volumes: ['one:/var/lib/postgresql/data', 'media:/srv/media']
    healthcheck: { test: [CMD, pg_isready, -q, -h, 127.0.0.1, -U, lonely, -d, hub], interval: 1s, retries: 60 }
volumes: { one: {}, media: {} }
`;
const configuration = `
state: state
databases: { hub: { service: one-db, user: lonely, lock-wait-timeout: 2m } }
files: { media: { volume: media } }
not-covered: {}
vault: { path: vault/archives }
`;

ground.describe('a database in a container', () => {
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  let calls: string;
  const running = new Set<ChildProcess>();

  const compose = (...args: string[]) =>
    ground.docker(
      'compose',
      '--project-directory',
      directory,
      '--file',
      join(directory, 'docker-compose.yml'),
      ...args,
    );
  const inside = (...command: string[]) => compose('exec', '-T', 'one-db', ...command);
  const query = async (sql: string) => (await inside('psql', '-U', 'lonely', '-d', 'hub', '-XAtqc', sql)).trim();
  const dumping = () =>
    query("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'skills-hub-continuity 2%'");
  const archives = () => {
    const vault = join(directory, 'vault/archives');
    return existsSync(vault) ? readdirSync(vault).filter((name) => name.startsWith('backup_full')) : [];
  };

  /** Starts the program as cron does; `ended` tells its exit code and all that it said. */
  function start(...args: string[]) {
    const child = spawn(process.execPath, [continuity, ...args, '--config', join(directory, 'continuity.yml')], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (text += piece.toString()));
    const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, text }));
    });
    return { child, ended, said: () => text };
  }

  async function waitFor(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 250) {
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`it never came to this: ${what}`);
  }

  /** Holds a table for as long as the work takes, so that a dump has to wait for it. */
  async function holdTable(work: () => Promise<void>): Promise<void> {
    const holder = inside(
      'psql',
      '-U',
      'lonely',
      '-d',
      'hub',
      '-Xqc',
      'BEGIN; LOCK TABLE evidence; SELECT pg_sleep(600)',
    ).catch(() => '');
    await waitFor(
      'the table is held',
      async () =>
        (await query(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
        )) === '1',
    );
    try {
      await work();
    } finally {
      await query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()",
      );
      await holder;
    }
  }

  /** The docker clients of pg_dump that run on this host, for this user, whom no other test has. */
  function listClients(): number[] {
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .flatMap((pid) => {
        try {
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
          return words[0]?.endsWith('docker') === true && words.includes('pg_dump') && words.includes('PGUSER=lonely')
            ? [Number(pid)]
            : [];
        } catch {
          return [];
        }
      });
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'continuity-containers-'));
    mkdirSync(join(directory, 'vault'));
    writeFileSync(join(directory, 'docker-compose.yml'), composeFile);
    writeFileSync(join(directory, '.env'), `POSTGRES_IMAGE=${ground.images.postgres}\n`);
    writeFileSync(join(directory, 'continuity.yml'), configuration);
    // Every call of docker is written down, then made.
    const real = execFileSync('/bin/sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim();
    calls = join(directory, 'calls');
    writeFileSync(join(directory, 'docker'), `#!/bin/sh\nprintf '%s\\n' "$*" >>'${calls}'\nexec '${real}' "$@"\n`);
    chmodSync(join(directory, 'docker'), 0o755);
    environment = { ...ground.environment, PATH: `${directory}:${process.env['PATH']}` };
    await compose('up', '--detach', '--wait');
    await query(
      "CREATE TABLE evidence (id int PRIMARY KEY, title text); INSERT INTO evidence SELECT g, 'title ' || g FROM generate_series(1, 500) g",
    );
    await inside('sh', '-c', 'mkdir -p /srv/media/a && echo picture >/srv/media/a/one.txt');
  }, 240_000);
  beforeEach(() => {
    writeFileSync(calls, '');
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(async () => {
    await removeProject(ground, project);
    rmSync(directory, { recursive: true, force: true });
  });

  it('is backed up and restored with its volume, and neither a terminal nor a password is asked of docker (faults 12, 22)', async () => {
    expect(await start('backup').ended).toMatchObject({ code: 0 });
    const made = archives().at(-1) as string;
    await query("DELETE FROM evidence WHERE id > 10; INSERT INTO evidence VALUES (9999, 'of the accident')");
    await inside('sh', '-c', 'rm /srv/media/a/one.txt && echo other >/srv/media/two.txt');
    const restored = await start('restore', made, '--yes').ended;
    expect(restored).toMatchObject({ code: 0 });
    expect(await query('SELECT count(*), max(id) FROM evidence')).toBe('500|500');
    expect(
      await inside('sh', '-c', 'cd /srv/media && find . -type f -not -path "*/.continuity-*" -exec cat {} +'),
    ).toBe('picture\n');
    const lines = readFileSync(calls, 'utf8').split('\n');
    const programs = lines.filter((line) => /^exec .* (psql|pg_dump|pg_dumpall) /.test(line));
    expect(programs.length).toBeGreaterThan(5);
    // psql reads what an archive holds: with the rights of the server's user, never with root's.
    expect(programs.filter((line) => !line.includes('--user postgres'))).toEqual([]);
    expect(
      lines.filter((line) =>
        /(^| )(-[a-zA-Z]*t[a-zA-Z]*|--tty)( |$)/.test(line.split(' psql ')[0]?.split(' pg_dump')[0] ?? ''),
      ),
    ).toEqual([]);
    expect(readFileSync(calls, 'utf8')).not.toContain('s3cret');
  }, 120_000);

  it('whose dump loses its client gives no archive, and no pg_dump is left in there (faults 3, 133)', async () => {
    const before = archives();
    await holdTable(async () => {
      const { ended } = start('backup');
      await waitFor('pg_dump waits', async () => (await dumping()) !== '0' && listClients().length > 0);
      for (const pid of listClients()) process.kill(pid, 'SIGKILL');
      const { code, text } = await ended;
      expect(code).not.toBe(0);
      expect(text).toMatch(/the dump of database "hub" on service one-db .*SIGKILL/);
      await waitFor('no session is left', async () => (await dumping()) === '0');
    });
    expect(archives()).toEqual(before);
  }, 120_000);

  it('whose pg_dump is killed in there gives no archive (fault 3, the reverse)', async () => {
    const before = archives();
    await holdTable(async () => {
      const { ended } = start('backup');
      await waitFor('pg_dump waits', async () => (await dumping()) !== '0');
      await inside(
        'sh',
        '-c',
        'for p in /proc/[0-9]*; do case "$(tr "\\0" " " <$p/cmdline)" in *[p]g_dump*) kill -9 ${p#/proc/};; esac; done',
      );
      const { code, text } = await ended;
      expect(code).not.toBe(0);
      expect(text).toContain('the dump of database "hub" on service one-db');
    });
    expect(archives()).toEqual(before);
  }, 120_000);

  it('is free of our programs when a backup was told to end', async () => {
    await holdTable(async () => {
      const { child, ended } = start('backup');
      await waitFor('pg_dump waits', async () => (await dumping()) !== '0');
      child.kill('SIGTERM');
      const { code } = await ended;
      expect(code).not.toBe(0);
      await waitFor('no session is left', async () => (await dumping()) === '0');
      await waitFor('no client is left', () => listClients().length === 0);
    });
  }, 120_000);

  it('is free of our programs again by the next backup when one was killed (fault 133)', async () => {
    let next: ReturnType<typeof start> | undefined;
    await holdTable(async () => {
      const { child, ended } = start('backup');
      await waitFor('pg_dump waits', async () => (await dumping()) !== '0' && listClients().length > 0);
      child.kill('SIGKILL');
      for (const pid of listClients()) process.kill(pid, 'SIGKILL');
      await ended;
      // It waits for its table as if nothing had happened.
      expect(await dumping()).toBe('1');
      const second = (next = start('backup'));
      const message = 'Ended what a killed backup had left running on service one-db';
      await waitFor('the next backup has ended it', () => second.said().includes(message));
    });
    expect(await next?.ended).toMatchObject({ code: 0 });
    expect(await dumping()).toBe('0');
  }, 120_000);

  it('whose volume lost its files gives no happy empty backup (fault 38)', async () => {
    const before = archives();
    await inside('sh', '-c', 'mv /srv/media/a /srv/a-elsewhere');
    try {
      const { code, text } = await start('backup').ended;
      expect(code).not.toBe(0);
      expect(text).toMatch(/files "media": .* holds 0 files, the previous backup had 1/);
      expect(archives()).toEqual(before);
    } finally {
      await inside('sh', '-c', 'mv /srv/a-elsewhere /srv/media/a');
    }
  }, 60_000);

  it('that starts a little later is awaited (fault 8)', async () => {
    await compose('stop', 'one-db');
    const { ended } = start('backup');
    await waitFor('it was asked for', () => readFileSync(calls, 'utf8').includes('container inspect'));
    await compose('start', 'one-db');
    expect(await ended).toMatchObject({ code: 0 });
  }, 120_000);

  it('that stays down fails the backup within a minute, and the message says what to start (fault 8)', async () => {
    const before = archives();
    await compose('stop', 'one-db');
    try {
      const { code, text } = await start('backup').ended;
      expect(code).not.toBe(0);
      expect(text).toContain('databases.hub: service one-db is not running (exited)');
      expect(text).toContain('docker compose up -d one-db');
      expect(archives()).toEqual(before);
    } finally {
      await compose('up', '--detach', '--wait');
    }
  }, 120_000);

  it('that no compose file knows is named, and nothing is backed up', async () => {
    const path = join(directory, 'continuity.yml');
    writeFileSync(path, configuration.replace('service: one-db', 'service: other-db'));
    try {
      const { code, text } = await start('backup').ended;
      expect(code).not.toBe(0);
      expect(text).toMatch(/databases\.hub: .*other-db/);
    } finally {
      writeFileSync(path, configuration);
    }
  }, 60_000);

  it('is reached by the name of its container just as well', async () => {
    const path = join(directory, 'continuity.yml');
    writeFileSync(path, configuration.replace('service: one-db', `container: ${project}-one-db-1`));
    try {
      expect(await start('backup').ended).toMatchObject({ code: 0 });
    } finally {
      writeFileSync(path, configuration);
    }
  }, 60_000);
});
