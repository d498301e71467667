import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import type { DiffResult } from '../../../src/operations/diff.ts';
import { SourceTally, type FileDiff } from '../../../src/operations/diff/files-diff.ts';
import type { FoundName, FoundVersion, SearchedArchive } from '../../../src/operations/find.ts';
import { renderDiff } from '../../../src/report/diff-report.ts';
import { FindReport } from '../../../src/report/find-report.ts';
import { quoteArgument, restoreLine } from '../../../src/report/restore-line.ts';

const archives = ['2026-01-01', '2026-01-02', '2026-01-03'].map((date) => ({
  name: `backup_full_${date}.tar.gz`,
  sealed: `${date}T02:00:00.000Z`,
  isSafety: false,
}));
const [first, second, third] = archives as [SearchedArchive, SearchedArchive, SearchedArchive];
const version = (changes: Partial<FoundVersion>): FoundVersion => ({
  type: 'reg',
  sizeBytes: 2000,
  modified: '2025-12-31T23:30:00Z',
  digest: 'ab'.repeat(32),
  first,
  last: second,
  archives: 2,
  ...changes,
});

describe('what a search shows', () => {
  const show = (names: FoundName[], showsAll = false, searched = archives): string => {
    const report = new FindReport(
      { archives: searched, unread: [] },
      { path: 'uploads/a b', showsAll, timezone: 'Europe/Paris' },
    );
    return [...names.flatMap((name) => report.show(name) ?? []), report.end()].join('\n');
  };

  it('is each version on a line with its archives, since when it is gone, and the line to type', () => {
    const shown = show([{ name: 'uploads/a b', versions: [version({})] }]);
    expect(shown).toContain(
      `${first.name} … ${second.name}  2 archives  2.0 kB  2026-01-01 00:30 Europe/Paris  sha256 abababababab…`,
    );
    expect(shown).toContain(`gone since ${third.name}`);
    expect(shown).toContain(`npm run -s prod:restore -- ${second.name} --path 'uploads/a b'`);
    const held = show([{ name: 'uploads/a b', versions: [version({ last: third, archives: 3 })] }]);
    expect(held).not.toContain('gone since');
  });

  it('suggests a safety copy only where no other archive holds what was found', () => {
    const searched = archives.map((archive) => ({ ...archive, isSafety: archive.name !== first.name }));
    const names = [
      { name: 'uploads/b', versions: [version({ first: third, last: third, archives: 1 })] },
      { name: 'uploads/a b', versions: [version({})] },
    ];
    expect(show(names, false, searched)).toContain(`prod:restore -- ${first.name} --path`);
    expect(show(names.slice(0, 1), false, searched)).toContain(`prod:restore -- ${third.name} --path`);
  });

  it('plays no tricks on a terminal, and is bounded unless all is asked for', () => {
    const names = Array.from({ length: 60 }, (_, number) => ({
      name: `uploads/\u001b[2J${number}`,
      versions: [version({})],
    }));
    expect(show(names)).not.toContain('\u001b');
    expect(show(names)).toContain('And 20 more names: --all shows them all.');
    expect(show(names, true).match(/uploads\/ \[2J/g)).toHaveLength(60);
  });
});

describe('the line that restores a path', () => {
  it('is one that a shell takes as it is meant', () => {
    for (const text of ['uploads/a b', "uploads/l'été", 'uploads/$(id)', 'uploads/*', 'plain/x-1.pdf', '-rf', ';'])
      expect(execFileSync('sh', ['-c', `printf %s ${quoteArgument(text)}`], { encoding: 'utf8' })).toBe(text);
  });

  it('selects a dump by its name, unpacks beside what is no source, and is none for what nobody can type', () => {
    expect(restoreLine('A', 'db/odoo.school.sql')).toBe('npm run -s prod:restore -- A --select odoo.school');
    expect(restoreLine('A', 'manifest.json')).toBe('npm run -s prod:restore -- A --path manifest.json --to ./restored');
    expect(restoreLine('A', 'uploads/x/')).toBe('npm run -s prod:restore -- A --path uploads/x');
    expect(restoreLine('A', 'uploads/caf\ufffd')).toBeUndefined();
    expect(restoreLine('A', 'uploads/a\nb')).toBeUndefined();
  });
});

describe('what a comparison shows', () => {
  const file: FileDiff = {
    kind: 'changed',
    name: 'uploads/a',
    type: 'reg',
    aspects: ['content'],
    sizeBytesBefore: 1,
    sizeBytes: 2,
  };
  const result: DiffResult = {
    before: { archive: first.name, time: first.sealed },
    after: { time: second.sealed },
    isSame: false,
    isQuick: true,
    databases: [
      { database: 'app', state: 'failed', tables: [], tablesSame: 0, sequences: 0, definitionsDiffer: false },
      {
        database: 'odoo',
        state: 'removed',
        rowsBefore: 5,
        tables: [],
        tablesSame: 0,
        sequences: 0,
        definitionsDiffer: false,
      },
    ],
    files: [new SourceTally('uploads').finish('compared')],
    listed: Array.from({ length: 50 }, () => file),
    omitted: 7,
    faults: [{ what: 'app', reason: 'the server\nis down' }],
    durationMs: 1,
  };

  it('says what is gone, what could not be compared, what is hidden, and what to type', () => {
    const shown = renderDiff(result, { timezone: 'Europe/Paris' });
    expect(shown).toMatch(
      /^From backup_full_2026-01-01.tar.gz, made 2026-01-01 03:00 Europe\/Paris\nto   the present state/,
    );
    expect(shown).toMatch(/database odoo +GONE/);
    expect(shown).toContain('NOT COMPARED: app: the server is down');
    expect(shown).toContain('~ uploads/a  1 B → 2 B  content');
    expect(shown).toContain('and 17 more names');
    expect(shown).toContain('Rows were counted only');
    expect(shown).toContain(`npm run -s prod:restore -- ${first.name} --select odoo --dry-run`);
    expect(shown).not.toContain('NO ROW OR FILE DIFFERS');
  });

  it('suggests the paths that were asked for, and not their whole source', () => {
    expect(renderDiff(result, { paths: ['uploads/a b', 'uploads/c'] })).toContain(
      `npm run -s prod:restore -- ${first.name} --path 'uploads/a b' --path uploads/c --dry-run`,
    );
  });

  it('says in capitals that no row and no file differs', () => {
    const same = { ...result, isSame: true, databases: [], listed: [], omitted: 0, faults: [] };
    expect(renderDiff(same)).toContain('NO ROW OR FILE DIFFERS.');
  });
});
