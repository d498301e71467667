import { describe, expect, it } from '@jest/globals';
import { Failure } from '../../../src/logging/failure.ts';
import type { ExtractResult } from '../../../src/operations/extract.ts';
import type { RestoreResult } from '../../../src/operations/restore.ts';
import type { RestorePlan } from '../../../src/operations/restore/restore-plan.ts';
import { renderRestore } from '../../../src/report/restore-report.ts';
import { summarizeFailure } from '../../../src/report/summary/failure-summary.ts';
import { planAsJson } from '../../../src/report/summary/plan-json.ts';
import { summarizeExtraction, summarizeRestore } from '../../../src/report/summary/restore-summary.ts';
import { summarizeVerdict } from '../../../src/report/summary/verdict-summary.ts';
import type { Verdict } from '../../../src/vault/vault-client.ts';
import { backupOf, expectHarmless, hostile, index, MIB, name, record } from './results.ts';

describe('the summary of a verification', () => {
  const verdict: Verdict = {
    name,
    index,
    level: 'full',
    isSound: true,
    damage: [],
    checked: { extents: 39, entries: 127, bytes: 21_031_370, databases: ['app'], tables: 2 },
    time: '2026-11-23T21:22:46.023Z',
  };

  it('says that it is sound and what that was found by', () => {
    const summary = summarizeVerdict(verdict);
    expect(summary).toMatch(/^### ✅ Sound \(full\)\n/);
    expect(summary).toContain('| Entries | 127 |');
    expectHarmless(summary);
  });

  it('names what is damaged, the first 50 parts', () => {
    const damage = Array.from({ length: 4000 }, (_, n) => ({ where: `${n} ${hostile}`, what: 'its bytes differ' }));
    const summary = summarizeVerdict({ ...verdict, isSound: false, damage });
    expect(summary).toMatch(/^### ❌ DAMAGED in 4,000 parts \(full\)\n/);
    expect(summary).toContain('- and 3,950 more\n');
    expect(summary.match(/its bytes differ`/g)).toHaveLength(50);
    expectHarmless(summary);
  });
});

const plan = {
  archive: name,
  made: '2026-11-23T21:17:13.272Z',
  ageMs: 26_247,
  databases: [
    {
      key: 'app',
      record: record('skills_hub', 8_060_263),
      exists: true,
      sizeBytes: 9_000_000,
      connections: [{ user: 'app', application: hostile }],
      serverVersion: '15',
      clientVersion: '15',
      refusals: [],
      warnings: [],
      missingRoles: ['reporting'],
      roleDifferences: [],
      rows: {
        tables: [
          { table: `public.${hostile}`, archived: 1180, live: 1203 },
          { table: 'public.locked', archived: 7, live: 7, isEstimate: true },
          { table: 'public.student', archived: 20 },
        ],
        equal: 9,
      },
      freeBytes: 1_000_000_000,
    },
  ],
  files: [
    {
      source: 'uploads',
      path: `/srv/${hostile}`,
      archived: { files: 82, bytes: 20_948_593 },
      add: 3,
      replace: 2,
      alignedFolders: 1,
      remove: 0,
      stay: 0,
      renames: 5,
      addBytes: 12_000,
      replaceBytes: 5_000,
      removeBytes: 0,
      stageBytes: 12_613,
      examples: { add: [hostile], replace: ['a/two'], remove: [] },
      wanted: new Set(['uploads/a', 'uploads/b']),
      elsewhere: { count: 0 },
    },
  ],
  services: { stop: ['app', 'web'], hold: [] },
  haltOrder: [['web'], ['app']],
  users: { stop: ['app', 'web'], hold: [] },
  estimate: {
    steps: [
      { step: 'databases', ms: 1500, measured: 3 },
      { step: 'swap', ms: 2600, measured: 2 },
    ],
    totalMs: 4100,
    standstillMs: 2600,
    measured: 2,
  },
  refusals: [],
  warnings: [],
} as unknown as RestorePlan;
const restored: RestoreResult = {
  plan,
  done: true,
  id: '20261123211739-ed36c4',
  safety: backupOf({ archive: 'backup_full_2026-11-23_22-17-39.tar.gz', warnings: [hostile] }),
  carried: { disconnected: [hostile], swaps: [], placed: 2, removed: 1 },
  createdRoles: [],
  notes: [hostile],
  steps: [
    { step: 'plan', ms: 312 },
    { step: 'databases', ms: 1733, estimatedMs: 1500 },
  ],
  fetchedBytes: 86_016,
  durationMs: 1949,
};

describe('the summary of a restore', () => {
  it('is the plan and how to carry it out after a dry run', () => {
    const summary = summarizeRestore({ ...restored, done: false });
    expect(summary).toMatch(/^### 📝 A plan: nothing was changed\n/);
    expect(summary).toContain('| `app` | 2 tables, 8.1 MB | replaces `skills_hub` (9.0 MB) |');
    expect(summary).toContain(
      'adds 3 entries (12 kB), replaces 1 entry (5.0 kB now), puts times and modes of 1 folder right; fetches 13 kB',
    );
    expect(summary).toMatch(/1,203 rows now, 1,180 in the archive`\n/);
    expect(summary).toContain('public.student: not there now, 20 rows in the archive`');
    expect(summary).toContain('about 7 rows now, 7 in the archive`');
    expect(summary).toContain('for about 3 s: `web`, then `app`.');
    expect(summary).toContain(
      'Time: about 4 s (staging databases 2 s, putting in place 3 s); measured on this host 2 times.',
    );
    expect(summary).toContain(`type the name to confirm it: \`${name}\``);
    expectHarmless(summary);
  });

  it('says first that it cannot be done, and why', () => {
    const summary = summarizeRestore({ ...restored, done: false, plan: { ...plan, refusals: [hostile] } });
    expect(summary).toMatch(/^### ❌ Cannot be restored as asked/);
    expect(summary).toContain('**In the way:**');
    expect(summary).not.toContain('carry it out');
    expectHarmless(summary);
  });

  it('tells where the state before is, once done', () => {
    const summary = summarizeRestore(restored);
    expect(summary).toMatch(/^### ✅ Restored, in 1\.9 s\n/);
    expect(summary).toContain('The state before is in `backup_full_2026-11-23_22-17-39.tar.gz`');
    expect(summary).toContain('forget 20261123211739-ed36c4`');
    expect(summary).toContain('Took 1.9 s: plan 0.3 s, staging databases 1.7 s (expected 2 s)');
    expectHarmless(summary);
    const { safety: _safety, ...unsafe } = restored;
    expect(summarizeRestore(unsafe)).toContain('⚠️ The state before was not backed up');
  });

  it('says equal only of what was compared', () => {
    expect(summarizeRestore(restored)).toContain('- 1 database: equal to the fingerprints, in place');
    expect(renderRestore(restored)).toContain('app: equal to its fingerprints, in place');
    const counted = { ...restored, uncompared: ['app'] };
    expect(summarizeRestore(counted)).toContain('- ⚠️ 1 database: row counts equal, content not compared, in place');
    expect(renderRestore(counted)).toContain('app: row counts equal, content not compared, in place');
    for (const text of [summarizeRestore(counted), renderRestore(counted)]) expect(text).not.toContain('equal to');
  });
});

describe('the plan as an output', () => {
  it('is plain JSON: what is replaced, by database and source', () => {
    const json = planAsJson(plan);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      archive: name,
      databases: [
        { key: 'app', database: 'skills_hub', tables: 2, exists: true, connections: 1, missingRoles: ['reporting'] },
      ],
      files: [{ source: 'uploads', add: 3, replace: 2, remove: 0, stageBytes: 12_613, addBytes: 12_000 }],
      estimate: { totalMs: 4100, standstillMs: 2600, measured: 2 },
      haltOrder: [['web'], ['app']],
      omitted: { databases: 0, files: 0, refusals: 0, warnings: 0 },
    });
  });

  it('stays below 1 MiB however large the plan, and says how much it leaves out', () => {
    const [database] = plan.databases;
    const [source] = plan.files;
    const long = '\0'.repeat(100_000);
    const json = planAsJson({
      ...plan,
      databases: Array.from({ length: 5000 }, () => ({
        ...(database as (typeof plan.databases)[number]),
        key: long,
        record: { ...record('x', 1), source: long, database: long },
        missingRoles: Array.from({ length: 50 }, () => long),
        rows: { tables: Array.from({ length: 500 }, () => ({ table: long, live: 1 })), equal: 3 },
      })),
      files: Array.from({ length: 300 }, () => ({
        ...(source as (typeof plan.files)[number]),
        path: long,
        source: long,
        examples: {
          add: [long, long, long, long],
          replace: [long, long, long, long],
          remove: [long, long, long, long],
        },
      })),
      refusals: Array.from({ length: 500 }, () => long),
      warnings: Array.from({ length: 500 }, () => long),
    });
    expect(JSON.stringify(json).length).toBeLessThan(MIB);
    expect(json).toMatchObject({ omitted: { databases: 4900, files: 200, refusals: 450, warnings: 450 } });
  });
});

describe('the summary of what was unpacked', () => {
  it('names the folder and the parts, or says that nothing was done', () => {
    const result: ExtractResult = {
      archive: name,
      directory: `/srv/${hostile}`,
      done: true,
      parts: [{ name: 'app', kind: 'database', bytes: 8_060_263 }],
      entries: 1270,
      bytes: 20_952_605,
      fetchedBytes: 20_987_904,
      notes: [hostile],
    };
    expect(summarizeExtraction(result)).toMatch(/^### ✅ Unpacked: 1,270 entries, 21 MB\n/);
    expectHarmless(summarizeExtraction(result));
    expect(summarizeExtraction({ ...result, done: false })).toMatch(/^### 📝 A plan: nothing was unpacked\n/);
  });
});

describe('the summary of a failure', () => {
  it('says what failed and what to do, with nothing of the message rendered', () => {
    const summary = summarizeFailure('Continuity backup', new Failure('source', hostile, `Look at ${hostile}.`));
    expect(summary).toMatch(/^### ❌ Continuity backup failed \(source\)\n\n`/);
    expect(summary).toContain('**Next:** `Look at');
    expectHarmless(summary);
    expectHarmless(summarizeFailure('x', new Failure('failed', `${hostile}\n`.repeat(100_000), '')));
  });

  it('has a line for each fault of a configuration, and no end', () => {
    const faults = (count: number) =>
      Array.from({ length: count }, (_none, line) => `${line}: ${hostile.replaceAll('\n', '')}`);
    const summary = summarizeFailure('x', new Failure('config', 'a.yml:3: one\na.yml:4: two', 'Correct it.'));
    expect(summary).toContain('- `a.yml:3: one`\n- `a.yml:4: two`\n');
    const long = summarizeFailure('x', new Failure('config', faults(1000).join('\n'), ''));
    expect(long).toContain('- and 980 more');
    expectHarmless(long);
  });
});
