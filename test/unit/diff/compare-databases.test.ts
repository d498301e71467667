import { describe, expect, it } from '@jest/globals';
import {
  compareDatabases,
  compareRowCounts,
  type ComparedDatabase,
} from '../../../src/operations/diff/compare-databases.ts';
import { tableKey } from '../../../src/sources/postgres/table-name.ts';

function state(
  tables: Record<string, [rows: number, digest: string]>,
  changes: Partial<ComparedDatabase['fingerprints']> & { sizeBytes?: number; serverVersion?: string } = {},
): ComparedDatabase {
  const { sizeBytes = 100, serverVersion = '16.4', ...fingerprints } = changes;
  return {
    sizeBytes,
    serverVersion,
    clientVersion: '16.4',
    fingerprints: {
      tables: Object.fromEntries(Object.entries(tables).map(([name, [rows, sha256]]) => [name, { rows, sha256 }])),
      sequences: {},
      largeObjects: { count: 0, bytes: 0, sha256: 'none' },
      ...fingerprints,
    },
  };
}

describe('two states of a database', () => {
  it('differ table by table: added, removed, other rows, other content of as many', () => {
    const before = state({ 'public.a': [1, 'x'], 'public.b': [2, 'x'], 'public.c': [3, 'x'], 'public.same': [4, 'x'] });
    const after = state({ 'public.b': [5, 'y'], 'public.c': [3, 'y'], 'public.d': [0, 'x'], 'public.same': [4, 'x'] });
    const result = compareDatabases('app', before, after);
    expect(result).toMatchObject({
      state: 'changed',
      rowsBefore: 10,
      rows: 12,
      tablesSame: 1,
      definitionsDiffer: false,
    });
    expect(result.tables.map(({ table, state: how }) => `${table} ${how}`)).toEqual([
      'public.a removed',
      'public.b rows',
      'public.c content',
      'public.d added',
    ]);
    expect(compareDatabases('app', before, before).state).toBe('same');
    expect(compareDatabases('app', undefined, after).state).toBe('added');
    expect(compareDatabases('app', before, undefined)).toMatchObject({ state: 'removed', rowsBefore: 10 });
  });

  it('know a table again whatever quotes a version of pg_dump puts around its name', () => {
    const result = compareDatabases('app', state({ 'public.user': [1, 'x'] }), state({ 'public."user"': [1, 'x'] }));
    expect(result).toMatchObject({ state: 'same', tables: [] });
  });

  it('do not lose a table whose rows are excluded by now', () => {
    const leftOut = new Set([tableKey('public.sessions')]);
    const result = compareDatabases('app', state({ 'public.sessions': [9, 'x'] }), state({}), leftOut);
    expect(result.tables).toEqual([{ table: 'public.sessions', state: 'left-out', rowsBefore: 9 }]);
  });

  it('differ in sequences and large objects as well', () => {
    const sequences = { 'public.s': { value: '1', called: true }, 'public.t': { value: '1', called: true } };
    const largeObjects = { count: 2, bytes: 5, sha256: 'other' };
    const after = state({}, { sequences: { ...sequences, 'public.t': { value: '2', called: true } }, largeObjects });
    const result = compareDatabases('app', state({}, { sequences }), after);
    expect(result).toMatchObject({ state: 'changed', sequences: 1, largeObjects: { before: 0, after: 2 } });
  });

  it('differ in their definitions where dumps of the same programs hold the same rows and are not as long', () => {
    const [one, longer] = [state({ 'public.a': [1, 'x'] }), state({ 'public.a': [1, 'x'] }, { sizeBytes: 120 })];
    expect(compareDatabases('app', one, longer)).toMatchObject({ state: 'changed', definitionsDiffer: true });
    const upgraded = { ...longer, serverVersion: '16.5' };
    expect(compareDatabases('app', one, upgraded)).toMatchObject({ state: 'same', definitionsDiffer: false });
  });

  it('are compared by counts alone where rows were counted, and what could not be counted is told', () => {
    const before = state({ 'public.a': [1, 'x'], 'public.b': [2, 'x'], 'public.c': [3, 'x'] });
    const rows = {
      'public.a': { rows: 1 },
      'public.b': { rows: 7 },
      'public.c': { rows: 3, isEstimate: true },
    };
    const result = compareRowCounts('app', before, rows, new Set());
    expect(result.tables.map(({ table, state: how }) => `${table} ${how}`)).toEqual([
      'public.b rows',
      'public.c uncounted',
    ]);
    expect(result).toMatchObject({ state: 'changed', tablesSame: 1 });
  });
});
