/**
 * What replaced rows have to stand before the transaction that replaced them ends: no trigger has looked at them, so
 * every foreign key from and to the tables is asked for by a query, and unique keys that are checked late likewise.
 */

const tables = `SELECT * FROM jsonb_to_recordset(current_setting('continuity.tables')::jsonb)
    AS s (schema text, name text, kept text, mode text, source text, advice text, "keyAdvice" text)
  WHERE mode IN ('rows', 'missing', 'back') ORDER BY schema COLLATE "C", name COLLATE "C"`;

const asSql = (relation: string): string =>
  `(SELECT CASE relkind WHEN 'p' THEN '' ELSE 'ONLY ' END FROM pg_class WHERE oid = ${relation}) || ${relation}::regclass`;

/** One that was never validated holds for no row but new ones, and is left alone. */
export const proveForeignKeys = `DO $continuity$
DECLARE
  s record; f record; example text;
BEGIN
  FOR s IN ${tables} LOOP
    FOR f IN SELECT c.conname, c.conrelid, c.confrelid, to_jsonb(c) ->> 'conperiod' = 'true' AS "hasPeriod",
        ${asSql('c.conrelid')} AS child, ${asSql('c.confrelid')} AS parent,
        string_agg(format('p.%I OPERATOR(%I.%s) c.%I', pa.attname, n.nspname, o.oprname, ca.attname), ' AND ' ORDER BY k.place) AS fits,
        string_agg(format('c.%I IS NOT NULL', ca.attname), CASE c.confmatchtype WHEN 'f' THEN ' OR ' ELSE ' AND ' END ORDER BY k.place) AS refers,
        string_agg(format('%L || coalesce(left(to_json(c.%I)::text, 60), ''NULL'')', ca.attname || ' = ', ca.attname), ' || '', '' || ' ORDER BY k.place) AS shown
      FROM pg_constraint c
      CROSS JOIN LATERAL unnest(c.conkey, c.confkey, c.conpfeqop) WITH ORDINALITY AS k (child, parent, operator, place)
      JOIN pg_attribute ca ON ca.attrelid = c.conrelid AND ca.attnum = k.child
      JOIN pg_attribute pa ON pa.attrelid = c.confrelid AND pa.attnum = k.parent
      JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE c.contype = 'f' AND c.convalidated AND c.conparentid = 0
        AND coalesce(to_jsonb(c) ->> 'conenforced', 'true') = 'true'
        AND format('%I.%I', s.schema, s.name)::regclass IN (c.conrelid, c.confrelid)
      GROUP BY c.oid, c.conname, c.conrelid, c.confrelid, c.confmatchtype, to_jsonb(c) LOOP
      IF f."hasPeriod" THEN
        RAISE EXCEPTION 'foreign key % of % holds for periods of time, which cannot be proven | %', f.conname, f.conrelid::regclass, s.advice;
      END IF;
      EXECUTE format('SELECT %s FROM %s AS c WHERE (%s) AND NOT EXISTS (SELECT FROM %s AS p WHERE %s) LIMIT 1',
        f.shown, f.child, f.refers, f.parent, f.fits) INTO example;
      IF example IS NOT NULL THEN
        RAISE EXCEPTION 'foreign key % would not hold: a row of % has %, and % has no such row | %',
          f.conname, f.conrelid::regclass, left(example, 200), f.confrelid::regclass, s."keyAdvice";
      END IF;
    END LOOP;
  END LOOP;
END $continuity$;
`;

/** Keys that may be checked at the end of a transaction are checked by triggers, which did not fire. */
export const proveLateKeys = `DO $continuity$
DECLARE
  s record; k record; example text;
BEGIN
  FOR s IN ${tables} LOOP
    FOR k IN SELECT c.conname, c.conrelid, c.contype,
        (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) AS names,
        (SELECT string_agg(format('%I IS NOT NULL', attname), ' AND ') FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = ANY (c.conkey)) AS filled
      FROM pg_constraint c WHERE c.condeferrable AND c.contype IN ('u', 'p', 'x') AND c.conrelid = format('%I.%I', s.schema, s.name)::regclass LOOP
      IF k.contype = 'x' THEN
        RAISE EXCEPTION 'constraint % of % excludes rows late, which cannot be proven | %', k.conname, k.conrelid::regclass, s.advice;
      END IF;
      EXECUTE format('SELECT json_build_array(%1$s)::text FROM ONLY %2$s WHERE %3$s GROUP BY %1$s HAVING count(*) > 1 LIMIT 1',
        k.names, k.conrelid::regclass, k.filled) INTO example;
      IF example IS NOT NULL THEN
        RAISE EXCEPTION 'constraint % of % would not hold: % is there twice | %', k.conname, k.conrelid::regclass, left(example, 200), s.advice;
      END IF;
    END LOOP;
  END LOOP;
END $continuity$;
`;

/**
 * Sequences that give a column its numbers are moved behind the greatest of them, never back. They take part in no
 * transaction: one that is moved in vain gives greater numbers, no more.
 */
export const moveSequences = `DO $continuity$
DECLARE
  s record; q record; reached numeric; state record; moved jsonb := '{}';
BEGIN
  FOR s IN ${tables} LOOP
    FOR q IN SELECT DISTINCT seq.seqrelid, seq.seqincrement, seq.seqmin, seq.seqmax, a.attname
      FROM pg_attribute a
      JOIN pg_type t ON t.oid = a.atttypid
        AND coalesce(nullif(t.typbasetype, 0), t.oid) IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      JOIN pg_depend p ON (p.deptype IN ('a', 'i') AND p.classid = 'pg_class'::regclass AND p.refclassid = 'pg_class'::regclass
          AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum)
        OR (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass)
      JOIN pg_sequence seq ON seq.seqrelid = CASE WHEN p.classid = 'pg_class'::regclass THEN p.objid ELSE p.refobjid END
      WHERE a.attrelid = format('%I.%I', s.schema, s.name)::regclass AND a.attnum > 0 AND NOT a.attisdropped LOOP
      EXECUTE format('SELECT %s(%I)::numeric FROM ONLY %I.%I', CASE WHEN q.seqincrement > 0 THEN 'max' ELSE 'min' END, q.attname, s.schema, s.name) INTO reached;
      EXECUTE format('SELECT last_value, is_called FROM %s', q.seqrelid::regclass) INTO state;
      reached := trunc(reached);
      IF reached BETWEEN q.seqmin AND q.seqmax AND (sign(q.seqincrement) * (reached - state.last_value) > 0
          OR (reached = state.last_value AND NOT state.is_called)) THEN
        PERFORM setval(q.seqrelid, reached::bigint, true);
        moved := jsonb_set(moved, ARRAY[format('%I.%I', s.schema, s.name)],
          coalesce(moved -> format('%I.%I', s.schema, s.name), '[]') || to_jsonb(format('%s = %s', q.seqrelid::regclass, reached)));
      END IF;
    END LOOP;
  END LOOP;
  PERFORM set_config('continuity.moved', moved::text, true);
END $continuity$;
`;

/** How many rows are kept, and how many are there now. */
export const tellTables = `DO $continuity$
DECLARE
  s record; replaced bigint; present bigint; told jsonb := '[]';
BEGIN
  FOR s IN SELECT * FROM jsonb_to_recordset(current_setting('continuity.tables')::jsonb) AS s (schema text, name text, kept text, mode text) LOOP
    present := 0;
    EXECUTE format('SELECT count(*) FROM ONLY %I.%I', s.schema, s.kept) INTO replaced;
    IF s.mode <> 'aside' THEN EXECUTE format('SELECT count(*) FROM ONLY %I.%I', s.schema, s.name) INTO present; END IF;
    IF s.mode IN ('missing', 'back') THEN replaced := 0; END IF;
    told := told || jsonb_build_object('schema', s.schema, 'name', s.name, 'replaced', replaced, 'rows', present,
      'sequences', coalesce(current_setting('continuity.moved')::jsonb -> format('%I.%I', s.schema, s.name), '[]'));
  END LOOP;
  PERFORM set_config('continuity.told', told::text, true);
END $continuity$;
SELECT row FROM jsonb_array_elements(current_setting('continuity.told')::jsonb) AS row;
`;
