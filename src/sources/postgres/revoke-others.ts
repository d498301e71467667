/**
 * A SELECT of statements (`statement`) that take what default privileges gave others on a new table, `table` being its
 * name as an SQL text: rows that are restored are nobody's but their owner's.
 */
export function selectRevocations(table: string): string {
  return `SELECT DISTINCT format('REVOKE ALL ON TABLE %s FROM %s CASCADE', ${table},
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS statement
  FROM pg_class t, aclexplode(t.relacl) a WHERE t.oid = ${table}::regclass AND a.grantee <> t.relowner`;
}
