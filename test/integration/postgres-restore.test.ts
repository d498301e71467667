import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { dumpWhole, withoutKeys, type WholeDump } from '../fixtures/dump-database.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';
import { createPlatformDatabases } from '../fixtures/schemas.ts';
import { connectByUrl } from '../../src/sources/postgres/by-url.ts';
import { discoverDatabases } from '../../src/sources/postgres/discover.ts';
import { dropDatabases, listOwnDatabases } from '../../src/sources/postgres/forget-databases.ts';
import { keptNameOf, stagedNameOf } from '../../src/sources/postgres/own-names.ts';
import { checkStaged, createStaged, finishStaged, loadStaged } from '../../src/sources/postgres/restore-database.ts';
import type { PostgresServer } from '../../src/sources/postgres/server.ts';
import { swapDatabases } from '../../src/sources/postgres/swap-databases.ts';

/** Odoo's own question for the databases that it may open. */
const odooList = `SELECT datname FROM pg_database WHERE datdba = (SELECT usesysid FROM pg_user WHERE usename = current_user)
  AND NOT datistemplate AND datallowconn AND datname NOT IN ('postgres') ORDER BY datname`;

let cluster: PostgresCluster;
let server: PostgresServer;
let names: string[];
const dumps: Record<string, WholeDump> = {};
let restores = 0;

beforeAll(async () => {
  cluster = await startPostgresCluster();
  server = connectByUrl(cluster.url());
  names = await createPlatformDatabases(cluster, 200);
  await cluster.query(
    'postgres',
    `CREATE ROLE app LOGIN; CREATE ROLE "l'équipe"; CREATE ROLE auditor;
     ALTER DATABASE skills_hub OWNER TO app;
     ALTER DATABASE skills_hub SET search_path TO "Élèves", public, '$user';
     ALTER DATABASE skills_hub SET work_mem TO '7MB';
     ALTER DATABASE skills_hub SET app.motto TO 'a, "b" \\ c';
     ALTER ROLE "l'équipe" IN DATABASE skills_hub SET statement_timeout TO '1234ms';
     ALTER DATABASE skills_hub CONNECTION LIMIT 17;
     REVOKE ALL ON DATABASE skills_hub FROM PUBLIC;
     GRANT CONNECT, CREATE ON DATABASE skills_hub TO "l'équipe" WITH GRANT OPTION;
     SET ROLE "l'équipe"; GRANT CONNECT ON DATABASE skills_hub TO auditor; RESET ROLE;
     CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';
     CREATE DATABASE bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';
     CREATE DATABASE sorted TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'fr' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8';`,
  );
  await cluster.query('latin', `CREATE TABLE "élève" (nom text); INSERT INTO "élève" VALUES ('Zoë Müller'), ('Inès');`);
  await cluster.query(
    'bytes',
    `SET client_encoding = 'SQL_ASCII'; CREATE TABLE t (v text); INSERT INTO t VALUES (E'caf\\xe9'), (E'caf\\xc3\\xa9');`,
  );
  await cluster.query(
    'sorted',
    `CREATE TABLE t (v text PRIMARY KEY); INSERT INTO t VALUES ('cote'), ('côté'), ('coté');`,
  );
  names.push('latin', 'bytes', 'sorted');
  const taken = await Promise.all(names.map((name) => dumpWhole(server, name)));
  names.forEach((name, index) => (dumps[name] = taken[index] as WholeDump));
});
afterAll(() => cluster.stop());

function dumpOf(name: string): WholeDump {
  return dumps[name] as WholeDump;
}

function nextNames(live: string): { live: string; staged: string; kept: string } {
  const id = `test-${++restores}`;
  return { live, staged: stagedNameOf(live, id), kept: keptNameOf(live, id) };
}

describe('a restore of every database, swapped in at once', () => {
  it('gives dumps, facts and discovery as they were before, and never shows Odoo one of ours (fault 134)', async () => {
    const discovered = await discoverDatabases(server);
    const listed = (await cluster.query('postgres', odooList)).flat();
    expect(listed.length).toBeGreaterThan(3);
    const swaps = names.map(nextNames);
    for (const swap of swaps) {
      const { chunks, record } = dumpOf(swap.live);
      const { staged } = swap;
      await createStaged({ server, record, staged });
      await loadStaged({ server, staged, chunks });
      expect(await checkStaged({ server, staged, record })).toEqual([]);
      await finishStaged({ server, record, staged });
      // Fault 134: neither listed by Odoo nor discovered, however far it is.
      expect((await cluster.query('postgres', odooList)).flat()).toEqual(listed);
    }
    expect(await discoverDatabases(server)).toEqual(discovered);

    const result = await swapDatabases({ server, swaps });
    expect(result).toEqual({ swapped: names, alreadyDone: [], disconnected: [], refusedMs: expect.any(Number) });
    expect(await discoverDatabases(server)).toEqual(discovered);
    // Nor what was replaced: Odoo's list is what it was, and each that it names lets it in.
    expect((await cluster.query('postgres', odooList)).flat()).toEqual(listed);
    for (const name of listed) expect(await cluster.query(name, 'SELECT 1')).toEqual([['1']]);
    for (const name of names) {
      const { bytes, record } = dumpOf(name);
      const again = await dumpWhole(server, name);
      expect(withoutKeys(again.bytes) === withoutKeys(bytes)).toBe(true);
      expect({ ...again.record, started: record.started, ended: record.ended }).toEqual(record);
    }
    expect(await swapDatabases({ server, swaps })).toMatchObject({ swapped: [], alreadyDone: names, disconnected: [] });

    const kept = swaps.map((swap) => swap.kept);
    expect((await listOwnDatabases(server)).map(({ name, kind }) => `${kind} ${name}`).sort()).toEqual(
      kept.map((name) => `kept ${name}`).sort(),
    );
    await expect(cluster.query(kept[0] as string, 'SELECT 1')).rejects.toThrow(/not currently accepting connections/);
    expect((await dropDatabases({ server, names: kept })).dropped).toEqual(kept);
    expect((await dropDatabases({ server, names: kept })).dropped).toEqual([]);
    expect(await listOwnDatabases(server)).toEqual([]);
  }, 60_000);
});

describe('a staged database', () => {
  it('is let in by nobody but superusers, and replaced by the next attempt under the same name', async () => {
    const { staged } = nextNames('latin');
    const { record, chunks } = dumpOf('latin');
    const first = await createStaged({ server, record, staged });
    await loadStaged({ server, staged, chunks });
    await cluster.query('postgres', `ALTER ROLE app PASSWORD 'app'`);
    await expect(connectionAs('app', staged)).rejects.toThrow(/too many connections for database/);
    const second = await createStaged({ server, record, staged });
    expect(second.oid).not.toBe(first.oid);
    expect(await checkStaged({ server, staged, record })).toContain(`table public."élève": missing (2 rows expected)`);
    await dropDatabases({ server, names: [staged] });
  });

  it('may lack rows that the dump left out, and no others', async () => {
    const { record, chunks } = await dumpWhole(server, 'skills_hub', { excludeTableData: ['sessions'] });
    const { staged } = nextNames('skills_hub');
    await createStaged({ server, record, staged });
    await loadStaged({ server, staged, chunks });
    expect(await checkStaged({ server, staged, record })).toEqual([]);
    await cluster.query(
      staged,
      `UPDATE public.student SET email = email || 'x' WHERE id = 1; DELETE FROM public.portfolio WHERE id = 1000;
      INSERT INTO public.sessions VALUES ('forged', ''); SELECT nextval('public.evidence_id_seq');`,
    );
    const differences = await checkStaged({ server, staged, record });
    expect(differences.map((line) => line.split(':')[0])).toEqual([
      'table public.evidence',
      'table public.portfolio',
      'table public.student',
      'table public.sessions',
      'sequence public.evidence_id_seq',
    ]);
    await dropDatabases({ server, names: [staged] });
  });

  async function connectionAs(user: string, database: string): Promise<string> {
    return cluster.runTool('psql', ['-X', '-d', cluster.url(database, user, user), '-c', 'SELECT 1'], database);
  }
});

describe('a dump that is not whole, or not only a dump', () => {
  /** Loads text in the place of the App's dump. */
  async function load(text: string | Buffer, signal?: AbortSignal): Promise<void> {
    const { staged } = nextNames('skills_hub');
    await createStaged({ server, record: dumpOf('skills_hub').record, staged });
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 4093) }, (_, at) =>
      bytes.subarray(at * 4093, (at + 1) * 4093),
    );
    try {
      await loadStaged({ server, staged, chunks: pieces, signal });
    } finally {
      await dropDatabases({ server, names: [staged] });
    }
  }

  it('never passes, wherever it is cut (faults 5 and 7)', async () => {
    const { bytes } = dumpOf('skills_hub');
    const midRow = bytes.indexOf('evidence-1.pdf') + 5;
    const trailer = bytes.lastIndexOf('-- PostgreSQL database dump complete');
    for (const at of [0, 1000, midRow, bytes.indexOf('\\.\n', midRow), bytes.indexOf('\\.\n', midRow) + 3, trailer]) {
      await expect(load(bytes.subarray(0, at))).rejects.toThrow(/cut off: its last line is missing/);
    }
  });

  it('never passes with the line ends of a terminal (fault 12)', async () => {
    await expect(load(dumpText().replaceAll('\n', '\r\n'))).rejects.toThrow(/command for psql|cut off/);
  });

  it('stops at the first error, and tells it with the database', async () => {
    const text = dumpText().replace('SET row_security = off;', 'SET row_security = off;\nSELECT 1/0;');
    expect(text).toContain('1/0');
    await expect(load(text)).rejects.toThrow(/loading database "continuity_new_skills_hub_.*division by zero/);
  });

  it('gets no command to psql, in a line of its own or behind a statement (faults 22)', async () => {
    const marker = `${cluster.directory}/marker`;
    const [, key] = /^\\restrict (\w+)$/m.exec(dumpText()) ?? [];
    const foreign = dumpText().replace(/^\\(un)?restrict .*\n/gm, '');
    for (const text of [
      foreign.replace('SET row_security', `\\! touch ${marker}\nSET row_security`),
      foreign.replace('SET row_security', `\\connect postgres\nSET row_security`),
      dumpText().replace('SET row_security', `\\unrestrict ${key}\n\\! touch ${marker}\nSET row_security`),
      `${dumpText()}\n\\! touch ${marker}\n`,
    ]) {
      await expect(load(text)).rejects.toThrow(/command for psql|psql's|cut off/);
    }
    // Our own \restrict is what stops these: the lexer looks at lines that begin with a backslash.
    const behind = foreign.replace('SET row_security', `SELECT 1 \\! touch ${marker}\nSET row_security`);
    await expect(load(behind)).rejects.toThrow(/backslash commands are restricted/);
    const comment = foreign.replace('SET row_security', `-- Name: x\n\\! touch ${marker}\nSET row_security`);
    await expect(load(comment)).rejects.toThrow(/command for psql/);
    await load(foreign);
    await expect(cluster.runTool('psql', ['-Xc', `SELECT pg_stat_file('${marker}')`])).rejects.toThrow(/No such file/);
  });

  it('can be interrupted, also while nobody brings bytes', async () => {
    const abort = new AbortController();
    const { staged } = nextNames('skills_hub');
    await createStaged({ server, record: dumpOf('skills_hub').record, staged });
    async function* hang() {
      yield Buffer.from('SELECT 1;\n');
      setTimeout(() => abort.abort(), 50);
      await new Promise(() => undefined);
    }
    await expect(loadStaged({ server, staged, chunks: hang(), signal: abort.signal })).rejects.toThrow(/interrupted/);
    await dropDatabases({ server, names: [staged] });
  });

  it('leaves no psql behind when reading the archive fails', async () => {
    const { staged } = nextNames('skills_hub');
    await createStaged({ server, record: dumpOf('skills_hub').record, staged });
    function* fail() {
      yield Buffer.from('CREATE TABLE t (v text);\nCOPY t (v) FROM stdin;\nhalf');
      throw Object.assign(new Error('the vault hung up'), { code: 'ECONNRESET' });
    }
    await expect(loadStaged({ server, staged, chunks: fail() })).rejects.toThrow(
      /could not be read: the vault hung up/,
    );
    await dropDatabases({ server, names: [staged] });
  });

  function dumpText(): string {
    return dumpOf('skills_hub').bytes.toString();
  }
});
