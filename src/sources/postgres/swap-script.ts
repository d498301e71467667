import { quoteLiteral } from './query.ts';

/** Databases that change places. */
export interface DatabaseSwap {
  /** Name that the applications know. */
  live: string;
  /** Name of the restored database. */
  staged: string;
  /** Name that the replaced one gets. */
  kept: string;
  /** Oid of the restored database, by which it is known under any name (`createStaged`). */
  stagedOid?: number;
}

/** What the script prints, one JSON text a row. */
export type SwapRow =
  | { ended: { database: string; user: string; application: string } | null }
  | { live: string; done: 'now' | 'before'; replaced: boolean };

const columns = '(live text, staged text, kept text, "stagedOid" bigint)';
const swapsFrom = `jsonb_to_recordset(current_setting('continuity.swaps')::jsonb) AS s ${columns}`;

/**
 * Ends every connection to a database that is still to be swapped, and prints whose. As long as the staged name exists
 * in the statement's snapshot, the live name in it is the old database: who is in the new one is never disturbed.
 */
const endConnections = `SELECT json_build_object('ended', CASE WHEN pg_terminate_backend(a.pid) AND a.backend_type = 'client backend'
  THEN json_build_object('database', d.datname, 'user', a.usename, 'application', a.application_name) END)
FROM pg_stat_activity a JOIN pg_database d ON d.oid = a.datid
WHERE a.pid <> pg_backend_pid() AND EXISTS (SELECT FROM ${swapsFrom} JOIN pg_database n ON n.datname = s.staged
  WHERE d.datname IN (s.live, s.staged));`;

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
    IF staged.oid IS NULL THEN
      IF live.oid IS NULL OR (s."stagedOid" IS NOT NULL AND live.oid <> s."stagedOid") THEN
        RAISE EXCEPTION 'database "%" is gone, and "%" is not what was restored', s.staged, s.live;
      END IF;
      results := results || jsonb_build_object('live', s.live, 'done', 'before', 'replaced', false);
      CONTINUE;
    END IF;
    IF NOT staged.datistemplate OR staged.oid <> coalesce(s."stagedOid", staged.oid) THEN
      RAISE EXCEPTION 'database "%" is not the one that was restored', s.staged;
    END IF;
    IF live.oid IS NOT NULL THEN
      EXECUTE format('ALTER DATABASE %I RENAME TO %I', s.live, s.kept);
      EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false IS_TEMPLATE true', s.kept);
    END IF;
    EXECUTE format('ALTER DATABASE %I RENAME TO %I', s.staged, s.live);
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true IS_TEMPLATE false', s.live);
    results := results || jsonb_build_object('live', s.live, 'done', 'now', 'replaced', live.oid IS NOT NULL);
  END LOOP;
  PERFORM set_config('continuity.results', results::text, true);
END $$;
SELECT row FROM jsonb_array_elements(current_setting('continuity.results')::jsonb) AS row;`;

/** The whole swap, as one transaction; its commit is on disk when psql ends well. */
export function writeSwapScript(swaps: readonly DatabaseSwap[]): string {
  return `SET search_path = pg_catalog;
BEGIN;
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = '10s';
${setSwaps(swaps)}
${endConnections}
${rename}
COMMIT;
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
