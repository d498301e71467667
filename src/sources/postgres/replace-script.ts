import { selectDependents } from './dependents.ts';
import { keptMark } from './kept-tables.ts';
import { selectRevocations } from './revoke-others.ts';

/**
 * The parts of the one transaction in which tables get other rows: each goes through the list of tables that
 * `setTables` left in the session. What they raise has two parts, divided by ` | `: what is wrong, and what to do.
 */

/** One table of a transaction, as the session knows it. */
export interface ScriptTable {
  schema: string;
  name: string;
  /** Name that the replaced rows, or the table that goes, are kept under. */
  kept: string;
  /**
   * `rows`: gets the rows of `source`, its own are kept. `missing`: made anew by the script that stands in between.
   * `aside`: the table goes as it is. `back`: such a table, `source`, takes its place again.
   */
  mode: 'rows' | 'missing' | 'aside' | 'back';
  /** A relation as SQL: where the rows come from, or the table itself. */
  source: string;
  columns: { name: string; type: string }[];
  /** What to do where the rows do not fit, and where a foreign key would not hold them. */
  advice: string;
  keyAdvice: string;
}

/** What the script prints in the end, one row a table. */
export interface ReplacedTable {
  schema: string;
  name: string;
  /** Rows that are kept; rows that are there now. */
  replaced: number;
  rows: number;
  /** Sequences that were moved on: name and new value. */
  sequences: string[];
}

const tables = (modes: string): string =>
  `SELECT * FROM jsonb_to_recordset(current_setting('continuity.tables')::jsonb)
    AS s (schema text, name text, kept text, mode text, source text, columns jsonb, advice text, "keyAdvice" text)
  WHERE mode IN (${modes}) ORDER BY schema COLLATE "C", name COLLATE "C"`;

/** A block that goes through tables of some modes; `live` and `kept` are the two as SQL. */
function eachTable(modes: string, declarations: string, body: string): string {
  return `DO $continuity$
DECLARE
  s record; live text; kept text;
${declarations}
BEGIN
  FOR s IN ${tables(modes)} LOOP
    live := format('%I.%I', s.schema, s.name);
    kept := format('%I.%I', s.schema, s.kept);
${body}
  END LOOP;
END $continuity$;
`;
}

/**
 * Who writes waits from here on, be it behind us who wait ourselves; who reads does not, except where a table goes. Whoever
 * holds a lock is awaited a few times; then nothing is done, and who it is is told.
 */
export const lockTables = `DO $continuity$
DECLARE
  s record; held text; attempt int := 0;
BEGIN
  PERFORM set_config('continuity.locked', clock_timestamp()::text, false);
  LOOP
    attempt := attempt + 1;
    BEGIN
      FOR s IN ${tables("'rows', 'aside'")} LOOP
        IF to_regclass(format('%I.%I', s.schema, s.name)) IS NULL THEN
          RAISE EXCEPTION 'table %.% is not there any more | Run it again.', s.schema, s.name;
        END IF;
        EXECUTE format('LOCK TABLE ONLY %I.%I IN %s MODE', s.schema, s.name,
          CASE s.mode WHEN 'aside' THEN 'ACCESS EXCLUSIVE' ELSE 'EXCLUSIVE' END);
      END LOOP;
      EXIT;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      IF attempt >= 5 THEN
        SELECT string_agg(DISTINCT a.usename || ' (' || coalesce(nullif(a.application_name, ''), 'no name') || ')', ', ') INTO held
        FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.relation = to_regclass(format('%I.%I', s.schema, s.name)) AND l.granted AND l.pid <> pg_backend_pid();
        RAISE EXCEPTION 'table %.% stayed locked through % attempts, by % | Wait until that is over, or end it (pg_stat_activity), then run it again.',
          s.schema, s.name, attempt, coalesce(held, 'somebody');
      END IF;
      PERFORM pg_sleep(0.2 * attempt);
    END;
  END LOOP;
END $continuity$;
`;

/** Names and types of the columns; their order is no matter. */
export const compareColumns = eachTable(
  "'rows'",
  '  differences text;',
  `    SELECT string_agg(coalesce(l.name, w.name) || CASE WHEN l.name IS NULL THEN ' is missing there'
        WHEN w.name IS NULL THEN ' is new there' ELSE ' is ' || l.type || ' there, ' || w.type || ' in what is restored' END, '; ' ORDER BY coalesce(l.name, w.name))
    INTO differences
    FROM (SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
      WHERE attrelid = live::regclass AND attnum > 0 AND NOT attisdropped) AS l
    FULL JOIN jsonb_to_recordset(s.columns) AS w (name text, type text) ON w.name = l.name
    WHERE l.type IS DISTINCT FROM w.type;
    IF differences IS NOT NULL THEN
      RAISE EXCEPTION 'the columns of % do not fit: % | %', live, differences, s.advice;
    END IF;`,
);

/** What shows or uses a table would go with it, unseen, and forgetting it would fail. */
const refuseDependents = eachTable(
  "'aside'",
  '  dependents text;',
  `    SELECT string_agg(name, ', ' ORDER BY name) INTO dependents FROM (${selectDependents('live::regclass')}) AS found;
    IF dependents IS NOT NULL THEN
      RAISE EXCEPTION '% depends on table %, which would go | Drop that first.', dependents, live;
    END IF;`,
);

/**
 * Foreign keys would hold others to a table that nobody sees, or it to others: they go. Names of its sequences, indexes
 * and statistics would be in the way of a new one: they change. The table's comment says how all that was.
 */
const freeOthers = eachTable(
  "'aside'",
  '  f record; keys jsonb; names jsonb;',
  `    keys := '[]';
    names := '[]';
    FOR f IN SELECT conrelid::regclass AS relation, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
      WHERE contype = 'f' AND live::regclass IN (conrelid, confrelid) AND conrelid <> confrelid AND conparentid = 0 LOOP
      keys := keys || to_jsonb(format('ALTER TABLE %s ADD CONSTRAINT %I %s;', f.relation, f.conname, f.definition));
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', f.relation, f.conname);
    END LOOP;
    FOR f IN SELECT 'INDEX' AS kind, indexrelid::regclass::text AS object, relname AS name, relnamespace AS space, indexrelid AS oid
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = live::regclass
      UNION ALL SELECT 'SEQUENCE', r.oid::regclass::text, relname, relnamespace, r.oid FROM pg_depend d JOIN pg_class r ON r.oid = d.objid
        WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = live::regclass
          AND d.deptype IN ('a', 'i') AND r.relkind = 'S'
      UNION ALL SELECT 'STATISTICS', format('%s.%I', stxnamespace::regnamespace, stxname), stxname, stxnamespace, oid
        FROM pg_statistic_ext WHERE stxrelid = live::regclass LOOP
      EXECUTE format('ALTER %s %s RENAME TO continuity_kept_%s_%s', f.kind, f.object, f.oid, right(s.kept, 12));
      names := names || to_jsonb(format('ALTER %s %s.continuity_kept_%s_%s RENAME TO %I', f.kind, f.space::regnamespace, f.oid, right(s.kept, 12), f.name));
    END LOOP;
    EXECUTE format('COMMENT ON TABLE %s IS %L', live, '${keptMark}' || jsonb_build_object('kind', 'whole', 'foreignKeys', keys, 'names', names,
      'comment', obj_description(live::regclass, 'pg_class'))::text);`,
);

/** What is about to go is copied, or takes another name; nobody but its owner may look at the copy. */
export const keepTables =
  refuseDependents +
  freeOthers +
  eachTable("'aside'", '', "    EXECUTE format('ALTER TABLE %s RENAME TO %I', live, s.kept);") +
  eachTable(
    "'rows', 'missing', 'back'",
    '  g record;',
    `    -- Where nothing was there, an empty table says so, and that this was done.
    EXECUTE format(CASE s.mode WHEN 'rows' THEN 'CREATE TABLE %s AS SELECT * FROM ONLY %s' ELSE 'CREATE TABLE %s ()' END, kept, live);
    FOR g IN ${selectRevocations('kept')} LOOP
      EXECUTE g.statement;
    END LOOP;
    EXECUTE format('COMMENT ON TABLE %s IS %L', kept,
      '${keptMark}' || jsonb_build_object('kind', CASE s.mode WHEN 'rows' THEN 'rows' ELSE 'missing' END)::text);`,
  );

/** No trigger fires, foreign keys' own included, where the session says so. */
export const replaceRows = eachTable(
  "'rows'",
  '  names text;',
  `    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO names FROM pg_attribute a
    WHERE attrelid = live::regclass AND attnum > 0 AND NOT attisdropped AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = '';
    EXECUTE format('DELETE FROM ONLY %s', live);
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s', live, names, names, s.source);`,
);

/** A table that was put aside takes its place again. */
export const bringBack = eachTable(
  "'back'",
  '  said jsonb; statement text;',
  `    said := substr(obj_description(s.source::regclass, 'pg_class'), ${keptMark.length + 1})::jsonb;
    EXECUTE format('COMMENT ON TABLE %s IS %L', s.source, said ->> 'comment');
    EXECUTE format('ALTER TABLE %s RENAME TO %I', s.source, s.name);
    FOR statement IN SELECT * FROM jsonb_array_elements_text(said -> 'names') LOOP
      EXECUTE statement;
    END LOOP;
    PERFORM set_config('continuity.keys', (current_setting('continuity.keys')::jsonb || coalesce((SELECT jsonb_agg(
      jsonb_build_object('statement', key, 'advice', s."keyAdvice")) FROM jsonb_array_elements(said -> 'foreignKeys') AS key), '[]'))::text, true);`,
);

/** Those of the dump, and those that went when a table was put aside; all rows are there by now. */
export const addForeignKeys = `DO $continuity$
DECLARE
  k record; said text;
BEGIN
  FOR k IN SELECT * FROM jsonb_to_recordset(current_setting('continuity.keys')::jsonb) AS k (statement text, advice text) LOOP
    BEGIN
      EXECUTE k.statement;
    EXCEPTION WHEN integrity_constraint_violation OR syntax_error_or_access_rule_violation THEN
      GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
      RAISE EXCEPTION '%: % | %', k.statement, SQLERRM || coalesce(' (' || nullif(said, '') || ')', ''), k.advice;
    END;
  END LOOP;
END $continuity$;
`;

/** What is there now is compared with what was to be there, as text: generated columns and all. */
export const compareRows = eachTable(
  "'rows'",
  '  names text; differ boolean;',
  `    SELECT string_agg(quote_ident(name), ', ') INTO names FROM jsonb_to_recordset(s.columns) AS c (name text);
    EXECUTE format('SELECT EXISTS (
        (SELECT r::text COLLATE "C" FROM (SELECT %1$s FROM ONLY %2$s) r EXCEPT ALL SELECT r::text COLLATE "C" FROM (SELECT %1$s FROM %3$s) r)
        UNION ALL
        (SELECT r::text COLLATE "C" FROM (SELECT %1$s FROM %3$s) r EXCEPT ALL SELECT r::text COLLATE "C" FROM (SELECT %1$s FROM ONLY %2$s) r))',
      names, live, s.source) INTO differ;
    IF differ THEN
      RAISE EXCEPTION 'the rows of % would differ from what is restored: a generated column or a rule makes other values of them | %', live, s.advice;
    END IF;`,
);
