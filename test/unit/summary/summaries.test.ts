import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { Failure } from '../../../src/logging/failure.ts';
import type { BackupResult } from '../../../src/operations/backup.ts';
import type { ExtractResult } from '../../../src/operations/extract.ts';
import { chooseNights } from '../../../src/operations/recent.ts';
import type { RestoreResult } from '../../../src/operations/restore.ts';
import type { RestorePlan } from '../../../src/operations/restore/restore-plan.ts';
import { summarizeBackup } from '../../../src/report/summary/backup-summary.ts';
import { summarizeFailure } from '../../../src/report/summary/failure-summary.ts';
import { drawBar } from '../../../src/report/summary/nights-table.ts';
import { planAsJson } from '../../../src/report/summary/plan-json.ts';
import { summarizeExtraction, summarizeRestore } from '../../../src/report/summary/restore-summary.ts';
import { summarizeVerdict } from '../../../src/report/summary/verdict-summary.ts';
import { renderBackup } from '../../../src/report/backup-report.ts';
import type { ArchiveSummary, Verdict } from '../../../src/vault/vault-client.ts';

const MIB = 1_048_576;
const hostile = '<img src=x onerror=y> | `@team` [a](https://evil.example)\n\n# \u202efdp.exe';
const name = 'backup_full_2026-11-23.tar.gz';
const index = 'ab'.repeat(32);

/** Nothing of others stands outside of a code span. */
function expectHarmless(markdown: string): void {
  const bare = markdown.replaceAll(/`[^`\n]*`/g, '');
  expect(bare.replaceAll(/<\/?(?:details|summary)>/g, '')).not.toMatch(/[<@[\u202e]|https?:|evil/);
  expect(Buffer.byteLength(markdown)).toBeLessThan(MIB);
  expect(markdown.endsWith('\n')).toBe(true);
  expect(markdown).not.toContain('\n\n\n');
  expect(markdown).not.toContain('undefined');
}

const record = (source: string, sizeBytes: number) =>
  ({
    dump: `db/${source}.sql`,
    source,
    database: source,
    sizeBytes,
    fingerprints: { tables: { a: {}, b: {} } },
  }) as unknown as Manifest['databases'][string];
const files = (count: number, bytes: number) => ({ files: count, bytes }) as Manifest['files'][string];

function backupOf(changes: Partial<BackupResult> = {}): BackupResult {
  return {
    archive: name,
    vault: 'skills-backup@172.16.95.98:4660',
    alreadyThere: false,
    index,
    sizeBytes: 21_026_479,
    storedBytes: 98_304,
    sentBytes: 91_204,
    readBytes: 72_512,
    durationMs: 12_300,
    isTamperProof: false,
    warnings: [],
    manifest: {
      databases: { app: record('app', 8_060_263), odoo: record('odoo', 1000) },
      files: { uploads: files(82, 20_948_593) },
    } as unknown as Manifest,
    changes: {
      since: 'backup_full_2026-11-22.tar.gz',
      files: {
        uploads: { added: 1, changed: 1234, removed: 2, bytes: 61_440 },
        videos: { added: 0, changed: 0, removed: 5, bytes: 0 },
      },
      databases: {
        app: { state: 'same', sizeBytesBefore: 8_060_263, sizeBytes: 8_060_263 },
        odoo: { state: 'changed', sizeBytesBefore: 5000, sizeBytes: 1000 },
        keycloak: { state: 'removed', sizeBytesBefore: 77 },
      },
    },
    ...changes,
  };
}

const night = (date: string, changes: Partial<ArchiveSummary> = {}): ArchiveSummary => ({
  name: `backup_full_${date}.tar.gz`,
  isForeign: false,
  sizeBytes: 1_000_000,
  newBytes: 10_000,
  sealed: `${date.slice(0, 10)}T02:00:00.000Z`,
  trigger: 'nightly',
  ...changes,
});

describe('the summary of a backup', () => {
  it('begins with the verdict, and tells what changed since the last archive by source', () => {
    const lines = summarizeBackup(backupOf()).split('\n');
    expect(lines[0]).toBe('### ✅ Backed up: 21 MB, 98 kB of it new, in 12 s');
    expect(lines).toContain(
      'Since `backup_full_2026-11-22.tar.gz`: 1 file added, 1,234 changed, 7 removed (61 kB); 2 of 3 databases changed.',
    );
    expect(lines).toContain('| `app` | 2 tables | 8.1 MB | the same |');
    expect(lines).toContain('| `odoo` | 2 tables | 1.0 kB | ⚠️ 5.0 kB → 1.0 kB |');
    expect(lines).toContain('| `uploads` | 82 files | 21 MB | +1 ~1,234 −2 (61 kB) |');
    expect(lines.filter((line) => line.includes('no longer in the backup'))).toEqual([
      '| `keycloak` |  |  | ⚠️ no longer in the backup |',
      '| `videos` |  |  | ⚠️ no longer in the backup |',
    ]);
    expect(lines.join('\n')).toContain('not tamper-proof');
    expect(lines.at(-2)).toMatch(/^\*\*Next:\*\*/);
    expectHarmless(lines.join('\n'));
  });

  it('says that there was nothing to build upon, or nothing to do', () => {
    const { changes: _changes, ...first } = backupOf({ isTamperProof: true });
    expect(summarizeBackup(first)).toContain('everything is new');
    expect(summarizeBackup(first)).not.toContain('tamper');
    const { changes: _none, manifest: _manifest, ...old } = backupOf({ alreadyThere: true });
    expect(summarizeBackup(old)).toMatch(/^### ✅ Sealed already: nothing to do\n/);
    expect(summarizeBackup(old)).not.toContain('everything is new');
  });

  it('stays readable and below 1 MiB with 10,000 warnings of 4,000 bytes and hundreds of hostile sources', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${n}${hostile}`, record('x', n)]));
    const warnings = Array.from({ length: 10_000 }, (_, n) => `${n}${hostile}${'`é'.repeat(1300)}`);
    const { manifest, changes } = backupOf();
    const summary = summarizeBackup(
      backupOf({
        warnings,
        manifest: { ...(manifest as Manifest), databases: many },
        changes: { ...(changes as NonNullable<typeof changes>), databases: {} },
        vault: hostile,
      }),
      [night(hostile), night('2026-11-23', { fault: hostile })],
    );
    expectHarmless(summary);
    expect(summary).toContain('⚠️ **10,000 warnings**');
    expect(summary).toContain('- and 9,950 more\n');
    expect(summary).toContain('| and 302 more |');
    expect(Buffer.byteLength(summary)).toBeLessThan(200_000);
  });

  it('has one line about the changes on the terminal', () => {
    expect(renderBackup(backupOf())).toContain(
      '\nSince backup_full_2026-11-22.tar.gz: 1 files added, 1234 changed (61 kB), 7 removed; 1 databases the same, 1 changed; 1 removed.\n',
    );
  });
});

describe('the last nights', () => {
  it('are one archive a date: the nightly, else the newest; no safety copy; counted from the newest back', () => {
    const archives = [
      night('2026-10-24', {}),
      night('2026-10-25', {}),
      night('2026-11-21_10-00-00', { trigger: 'push', sealed: '2026-11-21T09:00:00Z' }),
      night('2026-11-21_12-00-00', { trigger: 'push', sealed: '2026-11-21T11:00:00Z' }),
      night('2026-11-22_23-00-00', { trigger: 'manual' }),
      night('2026-11-22', {}),
      night('2026-11-23_10-00-00', { trigger: 'safety' }),
    ];
    expect(chooseNights(archives, 30).map((archive) => archive.name)).toEqual([
      'backup_full_2026-11-22.tar.gz',
      'backup_full_2026-11-21_12-00-00.tar.gz',
      'backup_full_2026-10-25.tar.gz',
      'backup_full_2026-10-24.tar.gz',
    ]);
    expect(chooseNights(archives, 29).map((archive) => archive.name)).toHaveLength(3);
    expect(chooseNights([], 30)).toEqual([]);
  });

  it('show what is new beside each other, what no verification trusts, and the nights without a backup', () => {
    const recent = [
      night('2026-11-23', { newBytes: 20_000, verdict: { level: 'full', isSound: true, time: '' } }),
      night('2026-11-20_10-00-00', { verdict: { level: 'seal', isSound: false, time: '' } }),
      night('2026-11-19', { newBytes: 1_000_000 }),
      night('2026-11-18_10-00', { isForeign: true, newBytes: 0 }),
    ];
    const rows = summarizeBackup(backupOf(), recent)
      .split('\n')
      .filter((line) => line.startsWith('| 2026-'));
    expect(rows).toEqual([
      '| 2026-11-23 | 1.0 MB | 20 kB | ████████ | ✅ full |',
      '| 2026-11-22 |  |  |  | ❌ no backup |',
      '| 2026-11-21 |  |  |  | ❌ no backup |',
      '| 2026-11-20 10:00:00 | 1.0 MB | 10 kB | ████ | ❌ DAMAGED (seal) |',
      '| 2026-11-19 | 1.0 MB | 1.0 MB | ████████» | never |',
      '| 2026-11-18 10:00 | 1.0 MB | 0 B |  | former script, never |',
    ]);
    expect(summarizeBackup(backupOf(), recent)).toContain('<summary>Last 6 nights, 2 without a backup</summary>');
  });

  it('draw a hair for very little, and nothing for nothing', () => {
    expect([drawBar(0, 100), drawBar(1, 100_000), drawBar(7, 64), drawBar(8, 64), drawBar(64, 64)]).toEqual([
      '',
      '▏',
      '▉',
      '█',
      '████████',
    ]);
  });
});

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
    },
  ],
  files: [
    {
      source: 'uploads',
      path: `/srv/${hostile}`,
      archived: { files: 82, bytes: 20_948_593 },
      add: 3,
      replace: 2,
      remove: 0,
      stageBytes: 12_613,
      wanted: new Set(['uploads/a', 'uploads/b']),
      elsewhere: { count: 0 },
    },
  ],
  refusals: [],
  warnings: [],
} as unknown as RestorePlan;
const restored: RestoreResult = {
  plan,
  done: true,
  id: '20261123211739-ed36c4',
  safety: backupOf({ archive: 'backup_full_2026-11-23_22-17-39.tar.gz', warnings: [hostile] }),
  carried: { disconnected: [hostile], placed: 2, removed: 1 },
  createdRoles: [],
  notes: [hostile],
  fetchedBytes: 86_016,
  durationMs: 1949,
};

describe('the summary of a restore', () => {
  it('is the plan and how to carry it out after a dry run', () => {
    const summary = summarizeRestore({ ...restored, done: false });
    expect(summary).toMatch(/^### 📝 A plan: nothing was changed\n/);
    expect(summary).toContain('| `app` | 2 tables, 8.1 MB | replaces `skills_hub` (9.0 MB) |');
    expect(summary).toContain('adds 3, replaces 2, removes 0; fetches 13 kB');
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
    expectHarmless(summary);
    const { safety: _safety, ...unsafe } = restored;
    expect(summarizeRestore(unsafe)).toContain('⚠️ The state before was not backed up');
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
      files: [{ source: 'uploads', add: 3, replace: 2, remove: 0, stageBytes: 12_613 }],
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
      })),
      files: Array.from({ length: 300 }, () => ({
        ...(source as (typeof plan.files)[number]),
        path: long,
        source: long,
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
});
