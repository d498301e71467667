import { expect, it } from '@jest/globals';
import type { RestoreTablesResult } from '../../../src/operations/restore-tables.ts';
import { renderTables } from '../../../src/report/tables-report.ts';
import { summarizeTables } from '../../../src/report/summary/tables-summary.ts';

const planned: RestoreTablesResult = {
  plan: {
    archive: 'backup_full_2026-01-31.tar.gz',
    made: '2026-01-31T02:00:00Z',
    ageMs: 3_600_000,
    isInPlace: true,
    estimate: {
      steps: [
        { step: 'databases', ms: 4000, measured: 0 },
        { step: 'swap', ms: 2000, measured: 0 },
      ],
      totalMs: 6000,
      standstillMs: 0,
      measured: 0,
    },
    tables: [],
    refusals: [],
    warnings: [],
  },
  done: false,
  made: [],
  replaced: [],
  steps: [],
  createdRoles: [],
  notes: [],
  fetchedBytes: 1,
  durationMs: 1000,
};
const undo = 'npm run -s continuity -- undo 20260201030000-0123ab';
const forget = 'npm run -s continuity -- forget 20260201030000-0123ab';

it('whoever has replaced tables reads whole lines to put them back, and to free their space', () => {
  const done = { ...planned, done: true, id: '20260201030000-0123ab' };
  for (const text of [renderTables(done), summarizeTables(done)]) {
    expect(text).toContain(undo);
    expect(text).toContain(forget);
  }
  expect(summarizeTables(done)).toContain('The state before was not backed up');
});

it('a plan says how long it should take, and what was done how long it took', () => {
  const steps = [{ step: 'databases', ms: 3000, estimatedMs: 4000 } as const];
  for (const render of [renderTables, summarizeTables]) {
    expect(render(planned)).toContain('about 6 s (staging databases 4 s, putting in place 2 s)');
    expect(render({ ...planned, done: true, steps })).toContain('staging databases 3.0 s (expected 4 s)');
  }
});

it('rows that were only counted are not called equal', () => {
  const tell = (isCompared: boolean): string[] => {
    const table = { asked: 'app.public.t', source: 'app', database: 'app', table: 'public.t_restored', rows: 2 };
    const done = { ...planned, done: true, made: [{ ...table, isCompared, examples: [] }] };
    return [renderTables(done), summarizeTables(done)];
  };
  for (const text of tell(true)) expect(text).toContain('2 rows, equal to its fingerprints');
  for (const text of tell(false)) {
    expect(text).toContain('2 rows, row counts equal, content not compared');
    expect(text).not.toContain('equal to');
  }
});

it('a name or a message with a line end makes no line of its own', () => {
  const table = {
    key: 'app',
    schema: 'public',
    table: 'a\nCANNOT',
    archivedRows: 1,
    live: null,
    does: 'recreate',
  } as const;
  const texts = { refusals: ['no\nWarning: x'], warnings: ['odd\u001b[2J\nline'] };
  const tables = [{ ...table, asked: '', source: 'app', database: 'app', name: 'a', into: 'a' }];
  const said = renderTables({ ...planned, plan: { ...planned.plan, tables, ...texts } });
  expect(said).not.toMatch(/^(?:CANNOT {2}|Warning: x|line)|\u001b/m);
  const done = renderTables({ ...planned, done: true, notes: ['note\nWarning: y'] });
  expect(done).not.toMatch(/^Warning/m);
});

it('a plan says what the last verification of its archive came to', () => {
  const verified = { isSound: false, level: 'full', time: '2026-01-31T04:00:00Z' } as const;
  for (const plan of [planned.plan, { ...planned.plan, verified }]) {
    const told = 'verified' in plan ? 'FOUND DAMAGED' : 'never verified';
    expect(renderTables({ ...planned, plan })).toContain(told);
    expect(summarizeTables({ ...planned, plan })).toContain(told);
  }
});

it('the summary of a plan says what to do next', () => {
  expect(summarizeTables(planned)).toMatch(/\*\*Next:\*\* to carry it out.*`backup_full_2026-01-31\.tar\.gz`/);
  const refused = { ...planned, plan: { ...planned.plan, refusals: ['it is a view'] } };
  expect(summarizeTables(refused)).toContain('**Next:** mend what is named');
});
