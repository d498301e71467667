/** What belongs to a table goes with it: here it is never a dependent. */
const relationOf = `CASE d.classid
  WHEN 'pg_class'::regclass THEN d.objid
  WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid)
  WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = d.objid)
  WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.objid)
  WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.objid)
  WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.objid)
  WHEN 'pg_publication_rel'::regclass THEN (SELECT prrelid FROM pg_publication_rel WHERE oid = d.objid) END`;

/**
 * A SELECT of the names (`name`) of what depends on a table, its row type, constraints, indexes or sequences, and is no
 * part of it: views, tables that inherit from it, functions, others' defaults. Foreign keys are not meant.
 */
export function selectDependents(table: string): string {
  return `SELECT DISTINCT CASE classid WHEN 'pg_rewrite'::regclass THEN pg_describe_object('pg_class'::regclass, relation, 0)
    ELSE pg_describe_object(classid, objid, objsubid) END AS name
  FROM (SELECT d.classid, d.objid, d.objsubid, ${relationOf} AS relation
    FROM (SELECT 'pg_class'::regclass AS classid, ${table} AS objid
      UNION ALL SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid = ${table}
      UNION ALL SELECT classid, objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
        AND refclassid = 'pg_class'::regclass AND refobjid = ${table}
      UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid = ${table}
      UNION ALL SELECT 'pg_type'::regclass, unnest(ARRAY[oid, typarray]) FROM pg_type WHERE typrelid = ${table}) AS own
    JOIN pg_depend d ON d.refclassid = own.classid AND d.refobjid = own.objid AND d.deptype = 'n') AS found
  WHERE relation IS DISTINCT FROM ${table}
    AND NOT (classid = 'pg_constraint'::regclass AND (SELECT contype FROM pg_constraint WHERE oid = objid) = 'f')`;
}
