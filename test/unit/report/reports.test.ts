import { describe, expect, it } from '@jest/globals';
import type { DoctorResult } from '../../../src/operations/doctor.ts';
import type { RestorePlan } from '../../../src/operations/restore/restore-plan.ts';
import type { StatusResult } from '../../../src/operations/status.ts';
import type { VerifyResult } from '../../../src/operations/verify.ts';
import { renderDoctor } from '../../../src/report/doctor-report.ts';
import { renderPlan } from '../../../src/report/plan-report.ts';
import { renderArchives, renderStatus } from '../../../src/report/status-report.ts';
import { summarizeRestore } from '../../../src/report/summary/restore-summary.ts';
import { summarizeVerdict } from '../../../src/report/summary/verdict-summary.ts';
import { renderVerdict } from '../../../src/report/verdict-report.ts';
import type { ArchiveSummary, VaultStatus } from '../../../src/vault/vault-client.ts';
import { record } from '../summary/results.ts';

const PARIS = 'Europe/Paris';
const at = '2026-11-23T23:45:10.000Z';
const local = '2026-11-24 00:45 Europe/Paris';
const archive: ArchiveSummary = {
  name: 'backup_full_2026-11-24_00-45-10.tar.gz',
  isForeign: false,
  sizeBytes: 1000,
  newBytes: 10,
  sealed: at,
  verdict: { level: 'full', isSound: true, time: at },
};
const plan = {
  archive: archive.name,
  made: at,
  ageMs: 26_000,
  databases: [],
  files: [],
  services: { stop: [], hold: [] },
  haltOrder: [],
  users: { stop: [], hold: [] },
  isSingleRename: false,
  estimate: { steps: [], totalMs: 0, standstillMs: 0, measured: 0 },
  refusals: [],
  warnings: [],
} satisfies RestorePlan;

describe('reports for people', () => {
  it('show local times with their zone beside archives that are named by them; without a zone UTC', () => {
    const result = { plan, done: false, createdRoles: [], notes: [], steps: [], fetchedBytes: 0, durationMs: 0 };
    expect(renderPlan(plan, PARIS)).toContain(`made ${local} (`);
    expect(renderPlan(plan)).toContain('made 2026-11-23 23:45 UTC (');
    expect(summarizeRestore(result, PARIS)).toContain(`made \`${local}\``);
    expect(renderArchives([archive], PARIS)).toContain(`${local}  sound (full, 2026-11-24)`);
    const state = { freeBytes: 1, totalBytes: 2, sharesExtents: true, ledger: { lines: 1, isIntact: true } };
    const status = {
      vault: 'v',
      verdict: 'healthy',
      findings: [],
      newest: archive,
      oldest: { ...archive },
      count: 2,
      upkeep: [{ verb: 'prune', state: 'fine', time: at, summary: 'nothing pruned', faults: [] }],
      state: { ...state, isProvisioned: true, warnings: [], clock: at, archives: [] } as VaultStatus,
      kept: [{ id: 'one', archive: archive.name, since: at, databases: [], files: [], sizeBytes: 1024, unknown: [] }],
      exitCode: 0,
    } satisfies StatusResult;
    const text = renderStatus(status, new Date(at), PARIS);
    expect(text.split(local)).toHaveLength(4);
    expect(text).toContain(`prune: fine, ${local}: nothing pruned\n`);
    expect(text).toContain('intact, 1 line\n');
    expect(text).not.toContain('T23:45');
  });

  it('count one of anything as one', () => {
    const database = { key: 'app', record: record('app', 1000), exists: false, connections: [] };
    const tables = { ...database.record, fingerprints: { tables: { a: {} } } };
    const one = { ...plan, databases: [{ ...database, record: tables }] } as unknown as RestorePlan;
    expect(renderPlan(one)).toContain('1 table, ');
    const doctor: DoctorResult = { findings: [{ subject: 'a', state: 'warning', message: 'b' }], exitCode: 0 };
    expect(renderDoctor(doctor)).toContain('0 failed, 1 warning, 0 ok');
  });
});

describe('a verdict', () => {
  const verdict: VerifyResult = {
    name: archive.name,
    index: 'ab'.repeat(32),
    level: 'seal',
    isSound: true,
    damage: [],
    checked: { extents: 1, entries: 1, bytes: 1000, databases: ['app'], tables: 1 },
    time: at,
  };

  it('of a quick look does not hide what a full one had found', () => {
    const known: VerifyResult = { ...verdict, knownDamaged: { level: 'full', isSound: false, time: at } };
    const sentence = `a full verification on ${local} found it damaged; only a full one can clear it`;
    expect(renderVerdict(known, PARIS)).toContain(sentence);
    const summary = summarizeVerdict(known, PARIS);
    expect(summary).toMatch(/^### ⚠️ Sound \(seal\), but known as damaged\n/);
    expect(summary).toContain(sentence);
    expect(summary).toContain('--level full');
  });

  it('on the latest names what is newer and damaged, so that nobody takes it for all is well', () => {
    const newer = [
      { name: 'newer.tar.gz', verdict: { level: 'full' as const, isSound: false, time: at } },
      { name: 'gone.tar.gz', fault: 'in the ledger, but not on disk' },
    ];
    const passed: VerifyResult = { ...verdict, level: 'full', newerDamaged: newer };
    for (const text of [renderVerdict(passed, PARIS), summarizeVerdict(passed, PARIS)]) {
      expect(text).toContain(`newer.tar.gz is newer and was passed over: found damaged (full) on ${local}`);
      expect(text).toContain('gone.tar.gz is newer and was passed over: in the ledger, but not on disk');
    }
    expect(summarizeVerdict(passed)).toMatch(/^### ⚠️ Sound \(full\), but what is newer is damaged\n/);
  });

  it('that has nothing to add says nothing, and counts one as one', () => {
    expect(summarizeVerdict(verdict)).toMatch(/^### ✅ Sound \(seal\)\n/);
    expect(renderVerdict(verdict)).toBe(
      `${archive.name} is sound (seal): 1 entry in 1 extent, 1 database with 1 table, 1.0 kB read.`,
    );
  });
});
