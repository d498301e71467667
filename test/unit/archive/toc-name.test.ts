import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatTocLine, parseTocLine, parseTocName, type TocLine } from '../../../src/archive/toc-line.ts';

const types = ['dir', 'reg', 'symlink', 'hardlink', 'chunk'] as const;
const lineWith = (name: Buffer, type: TocLine['type']): string =>
  formatTocLine({ name, type, size: 7, mode: 0o644, linkName: Buffer.from('","type":"dir"'), offset: 512 });

it('the name and type of a line are the same whether all of it is read or its beginning alone', () => {
  const names = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ minLength: 1, unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.constantFrom('a"b', 'a\\', '","type":"dir"', 'caf\u00e9', '\u2028', '\ufffd').map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(names, fc.constantFrom(...types), (name, type) => {
      const line = lineWith(name, type);
      const { name: whole, type: sort } = parseTocLine(line);
      expect(parseTocName(line)).toMatchObject({ name: whole, type: sort });
      expect(whole.equals(name)).toBe(true);
    }),
  );
});

it('a line that says a thing twice has one name and one type for all who read it', () => {
  const lines = [
    '{"name":"a","type":"reg","name":"b","offset":0}',
    '{"name":"a","type":"reg","name" :"b","offset":0}',
    '{"name":"a","type":"reg","nameBytes":"Yg==","offset":0}',
    '{"name":"a","type":"reg","\\u006eame":"b","offset":0}',
    '{"name":"a","type":"chunk","type":"reg","offset":0}',
    '{"name":"a","type":"reg","linkName":"name","offset":0}',
  ];
  for (const line of lines) {
    const { name, type } = parseTocLine(line);
    expect([line, parseTocName(line)]).toMatchObject([line, { name, type }]);
  }
});

it('a line that begins otherwise is read whole, and refused where it is none', () => {
  expect(parseTocName('{"type":"reg","name":"a","offset":0}')).toMatchObject({ name: Buffer.from('a'), type: 'reg' });
  expect(() => parseTocName('{"name":"a","type":"device","offset":0}')).toThrow(TypeError);
  expect(() => parseTocName('no line')).toThrow(SyntaxError);
  expect(() => parseTocName('{"name":"a\n","type":"reg","offset":0}')).toThrow(SyntaxError);
});
