import { expect, it } from '@jest/globals';
import type { RestoreTablesResult } from '../../../src/operations/restore-tables.ts';
import { renderTables } from '../../../src/report/tables-report.ts';

it('ends what it says of restored tables in whole lines to type, to put back what was replaced and to free its space', () => {
  const result: RestoreTablesResult = {
    plan: {
      archive: 'backup_full_2026-01-01.tar.gz',
      made: '2026-01-01T02:00:00.000Z',
      ageMs: 1,
      isInPlace: true,
      tables: [],
      refusals: [],
      warnings: [],
    },
    done: true,
    id: '20260101020000-000001',
    made: [],
    replaced: [],
    createdRoles: [],
    notes: [],
    fetchedBytes: 0,
    durationMs: 1,
  };
  expect(renderTables(result)).toMatch(
    /What was replaced is kept as 20260101020000-000001\.\n.*npm run -s continuity -- undo 20260101020000-000001\n.*npm run -s continuity -- forget 20260101020000-000001$/,
  );
});
