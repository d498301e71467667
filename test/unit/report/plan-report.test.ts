import { describe, expect, it } from '@jest/globals';
import { TornLinks } from '../../../src/operations/restore/torn-links.ts';
import { WantedEntries } from '../../../src/operations/restore/files-plan.ts';
import type { RestorePlan } from '../../../src/operations/restore/restore-plan.ts';
import type { TableRows } from '../../../src/operations/restore/row-counts.ts';
import { renderPlan } from '../../../src/report/plan-report.ts';
import { name, record } from '../summary/results.ts';

const tablesOf = (count: number, row: Omit<TableRows, 'table'>): TableRows[] =>
  Array.from({ length: count }, (_none, number) => ({ table: `public.t${number}`, ...row }));

const databaseOf = (key: string, tables: TableRows[]): RestorePlan['databases'][number] => ({
  key,
  record: record(key, 8_060_263),
  exists: true,
  sizeBytes: 9_000_000,
  connections: Array.from({ length: 12 }, () => ({ user: 'app', application: 'web' })),
  serverVersion: '15',
  clientVersion: '15',
  refusals: [],
  warnings: [],
  missingRoles: [],
  roleDifferences: [],
  rows: { tables, equal: 9 },
});

const plan: RestorePlan = {
  archive: name,
  made: '2026-11-23T21:17:13.272Z',
  ageMs: 33_000_000,
  verified: { level: 'full', isSound: true, time: '2026-11-23T22:00:00.000Z' },
  databases: [
    databaseOf('app', [
      ...tablesOf(17, { live: 1203, archived: 1180 }),
      { table: 'public.locked', live: 7, archived: 7, isEstimate: true },
      { table: 'public.sessions', live: 4, isLeftOut: true },
      { table: 'public.student', archived: 20 },
    ]),
    databaseOf('keycloak', []),
  ],
  files: [
    {
      source: 'uploads',
      path: '/srv/skills-hub/data/uploads',
      archived: { files: 82, bytes: 20_948_593 },
      add: 40,
      replace: 2,
      alignedFolders: 1,
      remove: 1,
      stay: 0,
      renames: 42,
      addBytes: 12_000,
      replaceBytes: 5000,
      removeBytes: 700,
      stageBytes: 12_613,
      examples: {
        add: ['a/1', 'a/2', 'a/3', 'a/4'],
        replace: ['b/two'],
        remove: ['evil\u001b[2J\nRestore of another'],
      },
      wanted: new WantedEntries(),
      torn: new TornLinks(),
      elsewhere: { count: 0 },
    },
  ],
  services: { stop: ['app', 'web'], hold: ['odoo'] },
  haltOrder: [['web'], ['app', 'odoo']],
  users: { stop: ['app', 'web'], hold: ['odoo'] },
  isSingleRename: false,
  estimate: {
    steps: [
      { step: 'safety', ms: 4200, measured: 3 },
      { step: 'databases', ms: 90_000, measured: 0 },
      { step: 'swap', ms: 2600, measured: 2 },
    ],
    totalMs: 96_800,
    standstillMs: 2600,
    measured: 0,
  },
  refusals: [],
  warnings: ['role app stays as it is'],
};

describe('the plan, for whoever has to say yes to it', () => {
  it('has everything on one screen, what is lost before what comes back, and counts what it does not list', () => {
    const text = renderPlan(plan, 'Europe/Paris');
    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(30);
    expect(lines[0]).toBe(
      `Restore of ${name}, made 2026-11-23 22:17 Europe/Paris (9 h 10 min ago), verified 2026-11-23 23:00 Europe/Paris (full):`,
    );
    const lost = lines.indexOf('Lost by it (more rows now than in the archive):');
    expect(lines.slice(lost + 1, lost + 7)).toEqual([
      ...[0, 1, 2, 3, 4].map((number) => `  app  public.t${number}: 1,203 rows now, 1,180 in the archive`),
      '  … and 13 more tables',
    ]);
    expect(lines).toContain('  app  public.locked: about 7 rows now, 7 in the archive');
    expect(lines).toContain('  app  public.student: not there now, 20 rows in the archive');
    expect(lines).toContain(
      'Tables with as many rows as in the archive: app 9, keycloak 9. What the rows say is not compared.',
    );
    expect(lines).toContain('uploads: adds a/1, a/2, a/3, … (40 entries in all)');
    expect(lines).toContain('uploads: replaces b/two');
    expect(lines).toContain('  app: app (web), 12 times');
    expect(lines).toContain(
      'Services stopped while it is put in place, for about 3 s: web, then app, odoo (paused, then restarted); started in the opposite order.',
    );
    expect(lines).toContain(
      'Time: about 1 min 37 s (safety backup 4 s, staging databases 1 min 30 s, putting in place 3 s); 2 of 3 measured on this host, the others figures of the reference machine.',
    );
    expect(lines.at(-1)).toBe('What is replaced or removed stays beside until forget; undo puts it back.');
  });

  it('says what cannot be done before anything else', () => {
    const text = renderPlan({ ...plan, refusals: ['app: no locale', ...Array.from({ length: 30 }, () => 'more')] });
    expect(text).toMatch(/^CANNOT BE DONE: app: no locale\n/);
    expect(text).toContain('CANNOT BE DONE: … and 11 more\n');
  });

  it('shows names of files without what a terminal obeys, on one line', () => {
    expect(renderPlan(plan)).toContain('\nuploads: removes evil [2J Restore of another\n');
    const warnings = ['app: roles to be created: evil\u001b[2J'];
    expect(renderPlan({ ...plan, warnings })).toContain('\nWarning: app: roles to be created: evil [2J\n');
  });

  it('tells of an archive that nobody verified, or that was found damaged', () => {
    const { verified: _verified, ...never } = plan;
    expect(renderPlan(never)).toContain('ago), never verified:');
    const damaged = { level: 'scrub', isSound: false, time: '2026-11-23T22:00:00.000Z' } as const;
    expect(renderPlan({ ...plan, verified: damaged })).toContain('FOUND DAMAGED 2026-11-23 22:00 UTC (scrub):');
  });
});
