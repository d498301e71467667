import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import type { DatabaseRecord } from '../../src/archive/manifest.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { createMissingRoles } from '../../src/sources/postgres/create-roles.ts';
import { dumpGlobals } from '../../src/sources/postgres/globals.ts';
import { inspectDatabase } from '../../src/sources/postgres/inspect.ts';
import { stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { createStaged, finishStaged } from '../../src/sources/postgres/restore-database.ts';
import { planDatabaseRestore } from '../../src/sources/postgres/restore-plan.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';

let cluster: PostgresCluster;
let server: PostgresServer;
let record: DatabaseRecord;

beforeAll(async () => {
  cluster = await startPostgresCluster();
  server = connectByUrl(cluster.url());
  await cluster.query(
    'postgres',
    `CREATE ROLE owner LOGIN PASSWORD 'first'; CREATE ROLE readers NOLOGIN; CREATE ROLE "l'équipe "" nuit" LOGIN PASSWORD 'x' CONNECTION LIMIT 3 VALID UNTIL '2031-02-03 04:05Z';
     ALTER ROLE "l'équipe "" nuit" SET search_path TO "$user", 'Élèves', public; COMMENT ON ROLE readers IS E'qui lit\\\\n''tout''; DROP ROLE owner;';
     GRANT readers TO "l'équipe "" nuit" WITH ADMIN OPTION; GRANT readers TO owner; CREATE ROLE robot SUPERUSER CREATEDB NOINHERIT BYPASSRLS;
     CREATE DATABASE shop OWNER owner TEMPLATE template0; GRANT CONNECT ON DATABASE shop TO readers;`,
  );
  const fingerprints = { tables: {}, sequences: {}, largeObjects: { count: 0, bytes: 0, sha256: '' } };
  const facts = await inspectDatabase(server, 'shop');
  record = {
    ...{ dump: 'shop', source: 'shop', database: 'shop', started: '', ended: '', sizeBytes: 1, messages: [] },
    ...{ ...facts, clientVersion: facts.serverVersion, fingerprints },
  };
});
afterAll(() => cluster.stop());

async function plan(changes: Partial<DatabaseRecord> = {}, options: { globalsSql?: string; live?: string } = {}) {
  return planDatabaseRestore({ server, record: { ...record, ...changes }, live: 'shop', ...options });
}

async function readGlobals(): Promise<string> {
  return (
    await dumpGlobals({ server, source: 'shop', database: 'postgres', applicationName: 'test' })
  ).bytes.toString();
}

describe('the plan of a restore', () => {
  it('tells what stands there, and who is connected', async () => {
    const sleeping = cluster.runTool('psql', ['-Xc', `SET application_name = 'caisse'; SELECT pg_sleep(20)`], 'shop');
    sleeping.catch(() => undefined);
    let found = await plan();
    for (let tries = 0; tries < 50 && found.connections[0]?.application !== 'caisse'; tries++) found = await plan();
    expect(found).toMatchObject({ exists: true, owner: 'owner', refusals: [], missingRoles: [], roleDifferences: [] });
    expect(found.connections).toEqual([{ user: 'postgres', application: 'caisse' }]);
    expect(found.sizeBytes).toBeGreaterThan(1_000_000);
    await cluster.query(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'caisse'`,
    );
    expect(await plan({}, { live: 'elsewhere' })).toMatchObject({ exists: false, sizeBytes: 0, connections: [] });
  });

  it('refuses servers and programs older than the dump, with the versions (faults 20)', async () => {
    const { serverVersion } = await plan();
    const newer = await plan({ serverVersion: '99.4' });
    expect(newer.refusals).toEqual([
      `the server is PostgreSQL ${serverVersion.split(' ')[0]}, older than the one backed up (99.4)`,
    ]);
    expect((await plan({ clientVersion: '99.1' })).refusals.join()).toMatch(
      /older than the pg_dump of the archive \(99\.1\)/,
    );
    expect((await plan({ serverVersion: '9.6.1', clientVersion: '13.2' })).refusals).toEqual([]);
  });

  it('refuses what the server lacks: extensions, locales, encodings, roles (faults 19)', async () => {
    const { refusals } = await plan({
      extensions: [
        { name: 'plpgsql', version: '1.0' },
        { name: 'no_such_extension', version: '0.7' },
      ],
      collate: 'xx_YY.UTF-8',
      ctype: "it's\\ none",
      encoding: 'EBCDIC',
      owner: 'nobody here',
      acl: ['=Tc/"nobody here"', 'ghost=c/"nobody here"'],
      settings: [{ role: 'phantom', setting: 'work_mem=1MB' }],
    });
    expect(refusals).toHaveLength(7);
    for (const name of [
      'no_such_extension',
      'xx_YY.UTF-8',
      "it's\\ none",
      'EBCDIC',
      'nobody here',
      'ghost',
      'phantom',
    ]) {
      expect(refusals.filter((text) => text.includes(name))).toHaveLength(1);
    }
  });

  it('warns of other sorting rules and extension versions (faults 15)', async () => {
    const changes = {
      localeProvider: 'icu',
      icuLocale: 'fr',
      collationVersion: '1.2',
      extensions: [{ name: 'plpgsql', version: '0.9' }],
    };
    const { warnings, refusals } = await plan(changes);
    expect(refusals).toEqual([]);
    expect(warnings.join('\n')).toMatch(/version \S+ here, 1\.2 in the archive.*REINDEX/);
    expect(warnings.join('\n')).toContain('extension plpgsql: 0.9 in the archive, 1.0 here');
  });

  it('refuses to let a psql with known holes read a foreign archive, unless told to (faults 21)', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'continuity-old-psql-'));
    const script = `#!/bin/sh\n[ "$1" = --version ] && exec echo 'psql (PostgreSQL) 15.3'\nexec '${cluster.binaries}/psql' "$@"\n`;
    writeFileSync(join(directory, 'psql'), script);
    chmodSync(join(directory, 'psql'), 0o755);
    const old = { server: connectByUrl(cluster.url(), { toolsDirectory: directory }), record, live: 'shop' };
    const hole = /psql 15\.3 lacks security fixes/;
    const own = await planDatabaseRestore(old);
    expect([own.refusals, own.warnings.join()]).toEqual([[], expect.stringMatching(hole)]);
    expect((await planDatabaseRestore({ ...old, isForeign: true })).refusals.join()).toMatch(hole);
    expect((await planDatabaseRestore({ ...old, isForeign: true, allowOldClient: true })).refusals).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});

describe('roles', () => {
  it('come back as they were where they are missing; those that exist stay (faults 16 and 135)', async () => {
    const globalsSql = await readGlobals();
    await cluster.query(
      'postgres',
      `DROP ROLE robot; DROP ROLE "l'équipe "" nuit"; ALTER ROLE owner PASSWORD 'rotated' CREATEDB VALID UNTIL '2030-01-01Z';`,
    );
    const changed = await readGlobals();
    const planned = await plan({}, { globalsSql });
    expect(planned.missingRoles).toEqual([`l'équipe " nuit`, 'robot']);
    const differences = [
      'NOCREATEDB in the archive, CREATEDB here',
      expect.stringMatching(/^valid until for ever in the archive, 2030-/),
    ];
    expect(planned.roleDifferences).toEqual([{ role: 'owner', differences }]);

    const result = await createMissingRoles({ server, globalsSql });
    expect(result.created).toEqual(planned.missingRoles);
    expect(result.memberships).toEqual([`GRANT "readers" TO "l'équipe "" nuit" WITH ADMIN OPTION;`]);
    expect(JSON.stringify([planned, result])).not.toMatch(/SCRAM/);
    await cluster.query('postgres', result.memberships.join('\n'));
    const lines = (text: string) => text.split('\n').filter((line) => !/^\\/.test(line));
    const owner = lines(changed).find((line) => /^ALTER ROLE owner /.test(line)) as string;
    const expected = lines(globalsSql).map((line) => (/^ALTER ROLE owner /.test(line) ? owner : line));
    expect(lines(await readGlobals())).toEqual(expected);

    expect((await createMissingRoles({ server, globalsSql })).created).toEqual([]);
    expect(lines(await readGlobals())).toEqual(expected);
  });

  it('all come with their memberships where all are missing', async () => {
    const before = await readGlobals();
    await cluster.query(
      'postgres',
      `ALTER DATABASE shop OWNER TO postgres; REVOKE ALL ON DATABASE shop FROM readers, owner; DROP ROLE owner, readers, "l'équipe "" nuit", robot;`,
    );
    expect((await plan()).refusals).toHaveLength(2);
    expect((await plan({}, { globalsSql: before })).refusals).toEqual([]);
    const staged = stagedNameOf('shop', 'x');
    await createStaged({ server, record, staged });
    await expect(finishStaged({ server, record, staged })).rejects.toThrow(/does not have: owner, readers/);
    const result = await createMissingRoles({ server, globalsSql: before });
    expect([result.memberships, result.withoutPassword]).toEqual([[], []]);
    expect(await readGlobals()).toBe(before);
    await finishStaged({ server, record, staged });
    await finishStaged({ server, record, staged });
    expect((await inspectDatabase(server, 'postgres')).owner).toBe('postgres');
  });

  it('are all that a forged dump of roles can make, and all or none of them', async () => {
    const forged = String.raw`CREATE ROLE a; CREATE DATABASE d; \! touch /tmp/x
ALTER ROLE owner PASSWORD 'stolen';
CREATE ROLE "x""; DROP ROLE readers; --"; ALTER ROLE a WITH LOGIN PASSWORD 'SCRAM-SHA-256$4096:abc$def'; DROP ROLE readers;
ALTER ROLE a SET no_such_setting TO 'SCRAM-SHA-256$4096:abc$def';`;
    const before = await readGlobals();
    const failed = createMissingRoles({ server, globalsSql: forged });
    await expect(failed).rejects.toThrow(/roles could not be created.*no_such_setting/);
    await expect(failed).rejects.not.toThrow(/SCRAM/);
    expect(await readGlobals()).toBe(before);
    const { created } = await createMissingRoles({ server, globalsSql: forged.replace(/ALTER ROLE a SET.*/, '') });
    expect(created).toEqual(['a', 'x"; DROP ROLE readers; --']);
    await cluster.query('postgres', `DROP ROLE a, "x""; DROP ROLE readers; --"`);
    expect(await readGlobals()).toBe(before);
  });
});
