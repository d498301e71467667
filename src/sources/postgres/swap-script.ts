import { quoteLiteral } from './query.ts';

/** Databases that change places. */
export interface DatabaseSwap {
  /** Name that the applications know. */
  live: string;
  /** Name of the database that comes in: a restored one, or one that was kept; absent where none does. */
  staged?: string;
  /** Name that the replaced one gets. */
  kept: string;
  /** Oid of the database that comes in, by which it is known under any name (`createStaged`). */
  stagedOid?: number;
}

/** What the script prints, one JSON text a row. */
export type SwapRow =
  | { ended: { database: string; user: string; application: string } | null }
  | { live: string; done: 'now' | 'before'; replaced: boolean }
  | { refusedMs: number };

const columns = '(live text, staged text, kept text, "stagedOid" bigint)';
const swapsFrom = `jsonb_to_recordset(current_setting('continuity.swaps')::jsonb) AS s ${columns}`;

/**
 * Ends every connection to a database that is still to be swapped, and prints whose. As long as the staged name exists
 * in the statement's snapshot, or, where nothing comes in, the kept one does not, the live name in it is the old
 * database: who is in the new one is never disturbed.
 */
const endConnections = `SELECT json_build_object('ended', CASE WHEN pg_terminate_backend(a.pid) AND a.backend_type = 'client backend'
  THEN json_build_object('database', d.datname, 'user', a.usename, 'application', a.application_name) END)
FROM pg_stat_activity a JOIN pg_database d ON d.oid = a.datid
WHERE a.pid <> pg_backend_pid() AND EXISTS (SELECT FROM ${swapsFrom}
  LEFT JOIN pg_database n ON n.datname = coalesce(s.staged, s.kept)
  WHERE d.datname IN (s.live, s.staged) AND (n.oid IS NULL) = (s.staged IS NULL));`;

/** Decided by what the databases are called now, in the transaction that changes it. */
const rename = `DO $$
DECLARE
  s record;
  staged pg_database;
  live pg_database;
  results jsonb := '[]';
BEGIN
  FOR s IN SELECT * FROM ${swapsFrom} LOOP
    SELECT * INTO staged FROM pg_database WHERE datname = s.staged;
    SELECT * INTO live FROM pg_database WHERE datname = s.live;
    IF s.staged IS NULL AND (live.oid IS NULL OR EXISTS (SELECT FROM pg_database WHERE datname = s.kept))
      OR s.staged IS NOT NULL AND staged.oid IS NULL
    THEN
      IF s.staged IS NOT NULL AND (live.oid IS NULL OR live.oid <> coalesce(s."stagedOid", live.oid)) THEN
        RAISE EXCEPTION 'database "%" is gone, and "%" is not what was to take its place', s.staged, s.live;
      END IF;
      results := results || jsonb_build_object('live', s.live, 'done', 'before', 'replaced', false);
      CONTINUE;
    END IF;
    -- Ours as for listOwnDatabases: a drop that was killed has taken the one mark away, not both.
    IF s.staged IS NOT NULL AND (NOT (staged.datistemplate OR NOT staged.datallowconn)
      OR staged.oid <> coalesce(s."stagedOid", staged.oid))
    THEN
      RAISE EXCEPTION 'database "%" is not the one that was restored, or kept', s.staged;
    END IF;
    IF live.oid IS NOT NULL THEN
      EXECUTE format('ALTER DATABASE %I RENAME TO %I', s.live, s.kept);
      EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false IS_TEMPLATE true', s.kept);
    END IF;
    IF s.staged IS NOT NULL THEN
      EXECUTE format('ALTER DATABASE %I RENAME TO %I', s.staged, s.live);
      EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true IS_TEMPLATE false', s.live);
    END IF;
    results := results || jsonb_build_object('live', s.live, 'done', 'now', 'replaced', live.oid IS NOT NULL);
  END LOOP;
  PERFORM set_config('continuity.results', results::text, true);
END $$;
SELECT row FROM jsonb_array_elements(current_setting('continuity.results')::jsonb) AS row;`;

/** Whoever is ended, or comes while a database changes its name, waits, and is refused, until the transaction is over. */
const noteBeginning = `DO $$ BEGIN
  PERFORM set_config('continuity.began', extract(epoch FROM clock_timestamp())::text, false);
END $$;`;
const tellRefused = `SELECT json_build_object('refusedMs',
  ceil((extract(epoch FROM clock_timestamp())::numeric - current_setting('continuity.began')::numeric) * 1000));`;

/** The whole swap, as one transaction; its commit is on disk when psql ends well. */
export function writeSwapScript(swaps: readonly DatabaseSwap[]): string {
  return `SET search_path = pg_catalog;
BEGIN;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '10s';
${noteBeginning}
${setSwaps(swaps)}
${endConnections}
${rename}
COMMIT;
${tellRefused}
`;
}

/** Ends those who came in between, from a session beside the swap. */
export function writeSweepScript(swaps: readonly DatabaseSwap[]): string {
  return `SET search_path = pg_catalog;\n${setSwaps(swaps)}\n${endConnections}\n`;
}

function setSwaps(swaps: readonly DatabaseSwap[]): string {
  const all = swaps.map(({ live, staged, kept, stagedOid }) => ({ live, staged, kept, stagedOid }));
  return `SET continuity.swaps = ${quoteLiteral(JSON.stringify(all))};`;
}
