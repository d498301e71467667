import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { joinEvents } from '../../src/sources/postgres/dump-events.ts';
import { DumpLexer } from '../../src/sources/postgres/dump-lexer.ts';
import { startPostgresCluster, type PostgresCluster } from '../fixtures/postgres-cluster.ts';

const end = "\nSELECT 'end';\n-- PostgreSQL database dump complete\n";

/** Statement by statement as the lexer divides a text, and whether it is sure of each of them. */
function divide(text: string): { statements: string[]; isSure: boolean } {
  let [from, isSure] = [0, true];
  const statements: string[] = [];
  const bytes = Buffer.from(text);
  const lexer = new DumpLexer({
    ...joinEvents(),
    anyStatement: (_text, isSureOfIt, to) => {
      statements.push(bytes.toString('utf8', from, to));
      from = to;
      isSure &&= isSureOfIt;
    },
    metaBegins: () => (isSure = false),
  });
  lexer.push(bytes);
  return { statements: statements.map(bare), isSure: isSure && lexer.complete };
}

/** Without what psql leaves out, or puts in for a line's end. */
function bare(statement: string): string {
  return statement.replace(/--[^\n\r]*/g, '').replace(/\s+/g, '');
}

const agreed = [
  "SELECT 'a;b', E'\\';', E'\\\\', 'it''s;', U&'d\\0061t;', B'1', \"a;\"\"b\", $$;$$, $a$;$$;$a$, a$b$;",
  'SELECT 1 /* ; /* ; */ ; */ -- ;\n, 2 +/* ;*/ 3 -- ;\r;',
  "SELECT '\\', E'\n\\\n''\\';';\nSELECT a[1:2], b::text, 1.5e+20, .5, $1;",
  'CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT (2); SELECT 3);\nSELECT 1;',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN CASE b WHEN c THEN 1 END ELSE 2 END; END;',
  'create or replace procedure p(begin int)\nlanguage sql\nbegin atomic\n select (case 1 when 1 then 2 end); end;\nSELECT 1;',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ BEGIN; END; $$;\nSELECT begin FROM t;\nCREATE VIEW begin AS SELECT 1;',
  'SELECT );\nSELECT (1));\nSELECT (2);',
];

/** Where psql divides otherwise, or the server what psql sends it, or one version otherwise than another. */
const doubtful = [
  "SELECT E'a'\n'\\'';SELECT 2;--';",
  "SELECT 1E'\\'';SELECT 2;--';",
  "SELECT $E'\\'';SELECT 2;--';",
  'SELECT :VERSION;',
  'SELECT :{?VERSION};',
  'SELECT 1; SELECT 2;',
  'SELECT 1 \\; SELECT 2;',
  'CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS $$SELECT 1$$;\nDROP ROLE x;\nEND;',
  'CREATE FUNCTION begin.atomic() RETURNS int LANGUAGE sql AS $$SELECT 1$$;\nDROP ROLE x;\nEND;',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 AS case; END; DROP ROLE x; SELECT 1 AS end; END;',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT begin; END; DROP ROLE x; END;',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$$$ COST 1.begin; DROP ROLE x; END;',
];

describe('where statements of a dump end', () => {
  let cluster: PostgresCluster;
  let folder: string;
  beforeAll(async () => {
    cluster = await startPostgresCluster();
    folder = mkdtempSync(join(tmpdir(), 'continuity-split-'));
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });

  /** What psql sends, by its own log; whether the server likes it does not matter. */
  async function send(text: string): Promise<string[]> {
    const [script, log] = [join(folder, 'script.sql'), join(folder, 'log')];
    writeFileSync(script, text);
    rmSync(log, { force: true });
    await cluster.runTool('psql', ['-Xq', '-f', script, '-L', log]);
    const sent = readFileSync(log, 'utf8').matchAll(/^\/?\*+ QUERY \*+\/?\n([^]*?)\n\/?\*{20,}\/?\n/gm);
    return Array.from(sent, ([, statement = '']) => bare(statement));
  }

  it.each(agreed)('is told as psql has it: %j', async (text) => {
    const { statements, isSure } = divide(text + end);
    expect(statements).toEqual(await send(text + end));
    expect(isSure).toBe(true);
  });

  it.each(doubtful)('is told as doubtful: %j', (text) => {
    expect(divide(text + end).isSure).toBe(false);
  });
});
