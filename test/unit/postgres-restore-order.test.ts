import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keepRowOrder } from '../../src/sources/postgres/restore-order.ts';

const before = `--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\nCREATE TABLE public."Élève" (v text);\n`;
const comment = '\n\n--\n-- Data for Name: Élève; Type: TABLE DATA\n--\n\n';
const rows = `COPY public."Élève" (v) FROM stdin;\nBEGIN;\n\\\\.\nCOPY public.t (v) FROM stdin;\n\\.\n`;
const after = `\n\nCREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\nCOPY public.t (v) FROM stdin;\n$$;\n-- PostgreSQL database dump complete\n\n`;

async function pass(text: string, cuts: number[] = []): Promise<string> {
  const bytes = Buffer.from(text);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const passed: Buffer[] = [];
  for await (const piece of keepRowOrder(at.slice(1).map((end, index) => bytes.subarray(at[index], end)))) {
    passed.push(Buffer.from(piece));
  }
  return Buffer.concat(passed).toString();
}

describe('rows that are to keep their order', () => {
  it('have a transaction of their own, and nothing else has one, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        const passed = await pass(before + comment + rows + after, cuts);
        const opening = passed.slice(before.length, passed.indexOf(comment));
        expect(opening).toMatch(
          /^BEGIN;\nDO (\$\w+\$) BEGIN\n[^;]*TRUNCATE ONLY public\."Élève";\nEND IF;\nEND \1;\n$/,
        );
        expect(passed).toBe(`${before}${opening}${comment}${rows}COMMIT;\n${after}`);
      }),
    );
  });

  it('have a transaction each, also where one table follows another at once', async () => {
    const passed = await pass(before + rows + rows + after);
    expect(passed.split('COMMIT;\n')).toHaveLength(3);
    expect(passed.match(/^BEGIN;\nDO /gm)).toHaveLength(2);
  });

  it('are named in quotes that the name does not hold', async () => {
    const passed = await pass(`COPY public."a$continuity$b" (v) FROM stdin;\n1\n\\.\n`);
    expect(passed).toContain('DO $continuityx$ BEGIN');
    expect(passed).toContain('END $continuityx$;');
  });

  it('wait for no more than a bounded piece of a statement that goes on', async () => {
    let given = 0;
    const chunks = (function* () {
      yield Buffer.from("SELECT '");
      for (given = 0; given < 64; given += 1) yield Buffer.alloc(1 << 18, 0x61);
      yield Buffer.from("';\n");
    })();
    const passing = keepRowOrder(chunks);
    const first = await passing.next();
    expect(first.value?.length).toBeGreaterThan(0);
    expect(given).toBeLessThan(8);
    await passing.return();
  });
});
