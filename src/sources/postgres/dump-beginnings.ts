/**
 * What a plain dump of pg_dump consists of, with --clean too. A dump that somebody else made is loaded with the rights
 * of the configured user, often a superuser's: any other statement may do harm outside of the database that it is
 * loaded into (roles, files and programs of the server, other databases), and has no business in it. Functions, rules,
 * defaults and the like pass, whatever they hold.
 */
const NAME = '(?:"(?:[^"]|"")*"|[\\w$\\x80-\\xff]+)';
const QUALIFIED = `${NAME}(?:\\.${NAME})?`;
const LITERAL = "'(?:[^']|'')*'";
const PRIVILEGE =
  '(?:ALL|SELECT|INSERT|UPDATE|DELETE|TRUNCATE|REFERENCES|TRIGGER|MAINTAIN|USAGE|CREATE|CONNECT|TEMPORARY|EXECUTE)';
const COLUMNS = `\\(${NAME}(?:,\\s*${NAME})*\\)`;
/** The server's own tables are in pg_catalog, by that name or, since a dump sets no search path, by none. */
const NOT_SYSTEM = '(?!"?[pP][gG]_)';
/** What privileges are given on within one database. */
const GRANTED = 'TABLE|SEQUENCE|SCHEMA|FUNCTION|PROCEDURE|TYPE|DOMAIN|LARGE OBJECT|LANGUAGE';
/** Of one database. Languages, servers, subscriptions, event triggers, databases, roles and tablespaces are not here. */
const KINDS = [
  'AGGREGATE',
  'CAST',
  'COLLATION',
  'CONVERSION',
  'DEFAULT PRIVILEGES',
  'DOMAIN',
  'LARGE OBJECT',
  'MATERIALIZED VIEW',
  'OPERATOR',
  'POLICY',
  'PUBLICATION',
  'RULE',
  'SEQUENCE',
  'STATISTICS',
  'TABLE',
  'TEXT SEARCH',
  'TRIGGER',
  'TYPE',
  'VIEW',
].join('|');
/** What has a comment, besides; of the whole server not: databases, roles, tablespaces, parameters. */
const COMMENTED = [
  'COLUMN',
  'CONSTRAINT',
  'EVENT TRIGGER',
  'EXTENSION',
  'FUNCTION',
  'INDEX',
  '(?:PROCEDURAL )?LANGUAGE',
  'PROCEDURE',
].join('|');
/** They reach files, programs or other servers, or are languages that do. */
const FAR_REACHING = 'adminpack|dblink|file_fdw|plperlu|plpython\\w*u|pltclu|plsh|pg_cron|pg_background|postgres_fdw';
/** Bytes that no quote and no comment ends before it should: none of these can be a server's encoding. */
const ENCODING = "'(?:UTF8|SQL_ASCII|LATIN\\d+|ISO_8859_\\d|WIN\\d+|KOI8[RU]|EUC_\\w+|MULE_INTERNAL)'";

const plain = new RegExp(
  `^(?:${[
    ';$',
    '(?:BEGIN|COMMIT);$',
    'SET (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout) = \\d+;$',
    // Off, a backslash would mean one thing in some quotes, and another in others.
    'SET standard_conforming_strings = on;$',
    'SET (?:escape_string_warning|row_security) = (?:on|off);$',
    'SET (?:check_function_bodies|default_with_oids) = (?:true|false);$',
    'SET (?:xmloption|client_min_messages) = \\w+;$',
    'SET (?:default_tablespace|default_table_access_method|search_path) = [\\w$"\', -]*;$',
    `SET client_encoding = ${ENCODING};$`,
    "SELECT pg_catalog\\.set_config\\('search_path', '', false\\);$",
    `SELECT pg_catalog\\.setval\\(${LITERAL}, -?\\d+, (?:true|false)\\);$`,
    "SELECT pg_catalog\\.lo_(?:create|open|close|unlink)\\('?\\d+'?(?:, \\d+)?\\);$",
    "SELECT pg_catalog\\.lo_unlink\\(oid\\) FROM pg_catalog\\.pg_largeobject_metadata WHERE oid = '\\d+';$",
    "SELECT pg_catalog\\.lowrite\\(0, '\\\\{1,2}x[0-9a-f]*'\\);$",
    // Of a table without columns with a second space in their place.
    `COPY ${NOT_SYSTEM}${QUALIFIED} (?:(?:\\(${NAME}(?:, ${NAME})*\\))? )?FROM stdin;$`,
    `INSERT INTO ${NOT_SYSTEM}`,
    // With --use-set-session-authorization: never more rights than whoever loads it has.
    `SET SESSION AUTHORIZATION (?:DEFAULT|${LITERAL});$`,
    `COMMENT ON (?:${KINDS}|${COMMENTED}|SCHEMA) `,
    `(?:ALTER|DROP) (?:${KINDS}|CONSTRAINT|FUNCTION|INDEX|PROCEDURE|ROUTINE|SCHEMA) `,
    'DROP EXTENSION ',
    // What may follow its name are statements of their own.
    `CREATE SCHEMA ${NAME}(?: AUTHORIZATION ${NAME})?;$`,
    `CREATE (?:OR REPLACE )?(?:CONSTRAINT TRIGGER|UNIQUE INDEX|INDEX|UNLOGGED (?:TABLE|SEQUENCE)|DEFAULT CONVERSION|${KINDS}) `,
    `CREATE EXTENSION (?:IF NOT EXISTS )?(?!"?(?:${FAR_REACHING})\\b)(?:"[a-z0-9_-]+"|[a-z0-9_]+)(?: WITH SCHEMA ${NAME})?;$`,
    'REFRESH MATERIALIZED VIEW ',
    // With ON only: otherwise it is a role that is given.
    `(?:GRANT|REVOKE)(?: GRANT OPTION FOR)? ${PRIVILEGE}(?: PRIVILEGES)?(?:${COLUMNS})?(?:,\\s*${PRIVILEGE}(?:${COLUMNS})?)* ON (?:${GRANTED}) `,
  ].join('|')})`,
);

const routine = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) /;
/** What stands in its signature, one by one; a language's line first. A `$` may be in a name, and begins none. */
const inSignature =
  /\n    LANGUAGE (\w+)|[eE]'(?:[^'\\]|''|\\[^])*'(?!')|'[^']*'|"[^"]*"|[()]|(?!--|\/\*|[eE]')(?:(?<![\w$\x80-\xff])[A-Za-z_\x80-\xff][\w$\x80-\xff]*|[^'"$;])/y;
/** The language stands near the beginning; a body may be long. */
const SIGNATURE_BYTES = 64 * 1024;

/** Whether pg_dump would write such a statement; bytes as latin1 characters. Of a long one its beginning is enough. */
export function isOfDump(statement: string): boolean {
  return plain.test(statement) || (routine.test(statement) && isGuarded(statement.slice(0, SIGNATURE_BYTES)));
}

/** By its language, which pg_dump writes before the body: one that the database itself guards. */
function isGuarded(signature: string): boolean {
  let parentheses = 0;
  inSignature.lastIndex = 0;
  for (let found = inSignature.exec(signature); found; found = inSignature.exec(signature)) {
    const [token, language] = found;
    if (token === '(') parentheses++;
    else if (token === ')') parentheses--;
    // Inside of parentheses it is an argument of that name.
    else if (language !== undefined && parentheses === 0) return language === 'sql' || language === 'plpgsql';
  }
  return false;
}
