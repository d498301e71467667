import { countOf } from '../logging/quantity-text.ts';
import type { DoctorResult } from '../operations/doctor.ts';

const MARKS = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ' };

/** The doctor's findings, one a line, what to do about them below. */
export function renderDoctor({ findings }: DoctorResult): string {
  const lines = findings.map(({ subject, state, message, next }) => {
    const advice = next ? `\n         ${next}` : '';
    return `${MARKS[state]}  ${subject}: ${message}${advice}`;
  });
  const count = (state: string): number => findings.filter((finding) => finding.state === state).length;
  return [...lines, '', `${count('failed')} failed, ${countOf(count('warning'), 'warning')}, ${count('ok')} ok`].join(
    '\n',
  );
}
