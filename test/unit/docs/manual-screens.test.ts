import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeEstimate } from '../../../src/report/estimate-text.ts';
import { FindReport } from '../../../src/report/find-report.ts';

const manual = readFileSync(join(import.meta.dirname, '../../../docs/manuel-exploitation.md'), 'utf8');

const nightly = (night: number) => {
  const day = `2026-11-${String(night).padStart(2, '0')}`;
  return { name: `backup_full_${day}.tar.gz`, sealed: `${day}T02:02:00.000Z`, isSafety: false };
};

it('shows in the manual what a search shows', () => {
  const path = 'uploads/student_0042';
  const archives = Array.from({ length: 26 }, (_, place) => nightly(place + 1));
  const report = new FindReport({ archives, unread: [] }, { path, showsAll: false, timezone: 'Europe/Paris' });
  const folder = { type: 'dir', sizeBytes: 0, first: nightly(1), last: nightly(26), archives: 26 } as const;
  const portfolio = {
    type: 'reg',
    sizeBytes: 1_200_000,
    modified: '2026-11-14T22:13:00Z',
    digest: 'dd9e881230eb'.padEnd(64, '0'),
    first: nightly(15),
    last: nightly(26),
    archives: 12,
  } as const;
  const screen = [
    report.show({ name: `${path}/`, versions: [folder] }),
    report.show({ name: `${path}/portfolio`, versions: [portfolio] }),
    report.end(),
  ];
  expect(manual).toContain(`\n${screen.join('\n')}\n`);
});

it("shows in the manual how long a restore takes as a plan's line says it", () => {
  const steps = [
    { step: 'safety', ms: 4000, measured: 12 },
    { step: 'files', ms: 1000, measured: 12 },
    { step: 'swap', ms: 2000, measured: 12 },
  ] as const;
  const estimate = { steps: [...steps], totalMs: 7000, standstillMs: 0, measured: 12 };
  expect(manual).toContain(`\nTime: ${describeEstimate(estimate)}.\n`);
});
