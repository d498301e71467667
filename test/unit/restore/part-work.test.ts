import { expect, it } from '@jest/globals';
import type { DatabaseRecord, Manifest } from '../../../src/archive/manifest.ts';
import { measurePart } from '../../../src/operations/restore/estimate-part.ts';
import { workOfTables } from '../../../src/operations/restore/part-work.ts';
import { parseRates } from '../../../src/operations/restore/rates-file.ts';
import { learn, predict } from '../../../src/operations/restore/rates.ts';

const MEGABYTE = 1_000_000;
const tables = [{ schema: 'public', table: 'small' }];
const recordOf = (structure: object | undefined): DatabaseRecord =>
  ({
    sizeBytes: 4000 * MEGABYTE,
    fingerprints: {
      ...(structure ? { structure } : {}),
      tables: {
        'public.small': { rows: 1, places: [{ offset: MEGABYTE, length: MEGABYTE }] },
        'public.large': { rows: 3999 },
      },
    },
  }) as unknown as DatabaseRecord;
const placed = recordOf({ headBytes: MEGABYTE, tailOffset: 4000 * MEGABYTE });
const foreign = recordOf(undefined);

it('where an archive does not say where rows lie, its whole dump is to be read, and the rows are their share of it', () => {
  expect(workOfTables(placed, tables)).toEqual({
    stagedBytes: 2 * MEGABYTE,
    rowBytes: 2 * MEGABYTE,
    isReadThrough: false,
  });
  expect(workOfTables(foreign, tables)).toEqual({
    stagedBytes: 4000 * MEGABYTE,
    rowBytes: MEGABYTE,
    isReadThrough: true,
  });
});

it('the time in which a dump was read through for few rows does not pass for what any restore takes', () => {
  const fresh = parseRates('');
  const learnFrom = (record: DatabaseRecord, ms: number) =>
    measurePart([{ step: 'databases', ms }], {} as Manifest, {
      hasSafety: false,
      ...workOfTables(record, tables),
    }).reduce(learn, fresh);
  expect(learnFrom(foreign, 240_000)).toEqual(fresh);
  expect(predict(learnFrom(placed, 9000).databases, { once: 1, megabyte: 2 }).ms).toBeGreaterThan(8000);
});
