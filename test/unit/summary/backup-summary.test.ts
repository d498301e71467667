import { describe, expect, it } from '@jest/globals';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { chooseNights } from '../../../src/operations/recent.ts';
import { renderBackup } from '../../../src/report/backup-report.ts';
import { summarizeBackup } from '../../../src/report/summary/backup-summary.ts';
import { drawBar } from '../../../src/report/summary/nights-table.ts';
import type { ArchiveSummary } from '../../../src/vault/vault-client.ts';
import { backupOf, expectHarmless, hostile, record } from './results.ts';

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

  it('folds what stands every night, and warns of nothing for it', () => {
    const standing = backupOf({ conditions: [`no reflink ${hostile}`] });
    const summary = summarizeBackup(standing);
    expect(summary).toContain('<summary>Standing conditions (1)</summary>');
    expect(summary).not.toContain('1 warning');
    expect(summary).not.toContain('look at the warnings');
    expectHarmless(summary);
    expect(renderBackup(standing)).toContain('\nStanding condition: no reflink');
  });

  it('has one line about the changes on the terminal', () => {
    expect(renderBackup(backupOf())).toContain(
      '\nSince backup_full_2026-11-22.tar.gz: 1 file added, 1,234 changed (61 kB), 7 removed; 1 database the same, 1 changed; 1 removed.\n',
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
    expect(summarizeBackup(backupOf(), recent.slice(0, 1))).toContain('<summary>Last 1 night</summary>');
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
