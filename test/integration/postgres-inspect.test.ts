import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { writeClientScripts } from '../fixtures/client-scripts.ts';
import { dumpWhole } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { connectByUrl, connectMatching } from '../../src/sources/postgres/by-url.ts';
import { discoverDatabases, findUnconfigured } from '../../src/sources/postgres/discover.ts';
import { dumpGlobals } from '../../src/sources/postgres/globals.ts';
import { queryRows, quoteIdentifier, quoteLiteral } from '../../src/sources/postgres/query.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';
import { readClientVersion, readServerVersion } from '../../src/sources/postgres/versions.ts';

let cluster: PostgresCluster;
let server: PostgresServer;
beforeAll(async () => {
  cluster = await startPostgresCluster();
  server = connectByUrl(cluster.url());
  await cluster.query(
    'postgres',
    String.raw`
CREATE ROLE "Élève ""one""" LOGIN PASSWORD 'first secret' CONNECTION LIMIT 3; -- not-a-secret: of a server that lives as long as this test
CREATE ROLE readers;
CREATE ROLE plain LOGIN PASSWORD 'plain secret'; -- not-a-secret: of a server that lives as long as this test
GRANT readers TO "Élève ""one""";
ALTER ROLE readers SET work_mem = '7MB';
CREATE DATABASE app OWNER "Élève ""one""" TEMPLATE template0 CONNECTION LIMIT 17;
CREATE DATABASE odoo_2;
CREATE DATABASE continuity_new_odoo_0123456789ab;
CREATE DATABASE closed;
UPDATE pg_database SET datallowconn = false WHERE datname = 'closed';
CREATE DATABASE pattern IS_TEMPLATE true;
ALTER DATABASE app SET search_path = 'public', 'Été';
ALTER DATABASE app SET timezone = 'Europe/Paris';
ALTER ROLE readers IN DATABASE app SET statement_timeout = '5s';
REVOKE CONNECT ON DATABASE app FROM PUBLIC;
GRANT CONNECT ON DATABASE app TO readers;`,
  );
  await cluster.query(
    'app',
    'CREATE EXTENSION pg_trgm; CREATE TABLE t (at timestamptz); INSERT INTO t VALUES (now());',
  );
});
afterAll(() => cluster.stop());

it('records encoding, collation, owner, settings, privileges, limit and extensions (faults 15, 17)', async () => {
  const { record } = await dumpWhole(server, 'app');
  expect(record).toMatchObject({
    dump: 'app',
    database: 'app',
    encoding: 'UTF8',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    localeProvider: 'libc',
    owner: 'Élève "one"',
    connectionLimit: 17,
    settings: [
      { setting: 'search_path=public, "Été"' },
      { setting: 'TimeZone=Europe/Paris' },
      { role: 'readers', setting: 'statement_timeout=5s' },
    ],
  });
  expect(record.acl?.some((item) => item.startsWith('readers=c/'))).toBe(true);
  expect(record.extensions.map(({ name }) => name)).toEqual(['pg_trgm', 'plpgsql']);
  const server15 = await cluster.query('postgres', `SELECT current_setting('server_version')`);
  expect([[record.serverVersion]]).toEqual(server15);
  // The locale C.UTF-8 has no version; one of glibc's own has.
  const versions = await cluster.query('postgres', `SELECT datcollversion FROM pg_database WHERE datname = 'app'`);
  expect(record.collationVersion ?? '').toBe(versions[0]?.[0] ?? '');
  expect(Date.parse(record.ended)).toBeGreaterThanOrEqual(Date.parse(record.started));
});

describe('discovery', () => {
  it('finds the open databases, not templates, not ours, and postgres only when it is used (faults 23)', async () => {
    expect(await discoverDatabases(server)).toEqual(['app', 'odoo_2']);
    await cluster.query('postgres', 'CREATE TABLE public.used (id int)');
    expect(await discoverDatabases(server, { database: 'app' })).toEqual(['app', 'odoo_2', 'postgres']);
    await cluster.query('postgres', 'DROP TABLE public.used');
  });

  it('names databases that nobody configured (faults 23)', async () => {
    expect(await findUnconfigured(server, ['app'])).toEqual(['odoo_2']);
    expect(await findUnconfigured(server, ['app', 'odoo_2'])).toEqual([]);
  });
});

describe('roles', () => {
  const options = (over: PostgresServer) => ({
    server: over,
    source: 'app',
    database: 'postgres',
    applicationName: 'continuity-test',
  });

  it('come with their password verifiers for a superuser, the same bytes each time', async () => {
    const { bytes, record, warnings } = await dumpGlobals(options(server));
    expect(warnings).toEqual([]);
    expect(record).toEqual({
      source: 'app',
      passwords: true,
      sizeBytes: bytes.length,
      roles: ['plain', 'postgres', 'readers', 'Élève "one"'],
    });
    expect(bytes.toString()).toMatch(/CREATE ROLE "Élève ""one""";[^]*SCRAM-SHA-256\$/);
    expect((await dumpGlobals(options(server))).bytes.equals(bytes)).toBe(true);
  });

  it('come without them for any other user, with a warning', async () => {
    const plain = connectByUrl(cluster.url('postgres', 'plain', 'plain secret'));
    const { bytes, record, warnings } = await dumpGlobals(options(plain));
    expect(record.passwords).toBe(false);
    expect(warnings.join()).toMatch(/without their passwords: the user "plain" is no superuser/);
    expect(bytes.toString()).not.toContain('SCRAM');
    expect(bytes.toString()).toContain('CREATE ROLE readers;');
  });

  it('are rebuilt from the catalogue where pg_dumpall is refused, and load elsewhere', async () => {
    const scripts = writeClientScripts(cluster.binaries, {
      pg_dumpall: 'echo "pg_dumpall: error: permission denied" >&2; exit 1',
    });
    const plain = connectByUrl(cluster.url('postgres', 'plain', 'plain secret'), { toolsDirectory: scripts.directory });
    const { bytes, warnings } = await dumpGlobals(options(plain)).finally(scripts.remove);
    expect(warnings.join()).toMatch(/rebuilt from the catalogue: .*permission denied/);
    const other = await startPostgresCluster();
    try {
      await other.query(
        'postgres',
        'DROP ROLE IF EXISTS postgres2;\n' + bytes.toString().replace(/^.*(CREATE|ALTER) ROLE "postgres".*\n/gm, ''),
      );
      const roles = `SELECT r.rolname, r.rolconnlimit, g.rolname FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid WHERE g.rolname = 'readers'`;
      expect(await other.query('postgres', roles)).toEqual([['Élève "one"', '3', 'readers']]);
    } finally {
      await other.stop();
    }
  });
});

describe('queries', () => {
  it('quote names and texts so that they come back as they were', async () => {
    for (const text of [
      `it's`,
      'back\\slash',
      `"quoted"`,
      'é\n\t👍',
      `'; DROP TABLE x; --`,
      '$$',
      ':name',
      '\x1e\x1f|',
    ]) {
      const [row] = await queryRows<Record<string, string>>(
        server,
        'app',
        `SELECT ${quoteLiteral(text)} AS ${quoteIdentifier(text)}`,
      );
      expect(row).toEqual({ [text]: text });
    }
    expect(() => quoteIdentifier('')).toThrow(RangeError);
    expect(() => quoteLiteral('\0')).toThrow(RangeError);
  });

  it("fail with the server's own first line", async () => {
    await expect(queryRows(server, 'app', 'SELECT nowhere')).rejects.toMatchObject({
      kind: 'source',
      message: expect.stringMatching(/^database "app" on .*: ERROR: +column "nowhere" does not exist$/),
    });
  });

  it('are ended after their time', async () => {
    const slow = queryRows(server, 'app', 'SELECT pg_sleep(30)', { timeoutMs: 300 });
    await expect(slow).rejects.toMatchObject({ message: expect.stringMatching(/took longer than/) });
  });
});

it('reads the versions of client and server', async () => {
  const [client, there] = await Promise.all([readClientVersion(server, 'pg_dump'), readServerVersion(server, 'app')]);
  expect(client.major).toBeGreaterThanOrEqual(there.major);
  expect((await connectMatching(cluster.url('app'))).database).toBe('app');
  expect(there.major).toBeGreaterThanOrEqual(13);
});
