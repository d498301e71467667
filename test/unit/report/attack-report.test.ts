import { describe, expect, it } from '@jest/globals';
import type { AttackResult } from '../../../src/operations/attack.ts';
import { conclude, judge, judgeCommand } from '../../../src/operations/attack/judge.ts';
import { renderAttack } from '../../../src/report/attack-report.ts';
import { summarizeAttack } from '../../../src/report/summary/attack-summary.ts';

const quiet = { isLost: false, stdout: '', stderr: '', code: 0 };
const refusal = '{"error":{"kind":"refused","message":"no","next":""}}\n';
const never = () => undefined;

describe('an attempt', () => {
  it('is refused by a refusal in so many words, and by nothing else', () => {
    const judgements = [
      { ...quiet, stdout: refusal, code: 1 },
      { ...quiet, turnedDown: 'Unable to request X11' },
      { ...quiet, stderr: 'skills-vault: refused or failed: writer: "rsync --x": not that\n', code: 1 },
      { ...quiet, stdout: '{"error":{"kind":"vault","message":"sudo is missing","next":""}}\n', code: 1 },
      { ...quiet, stdout: '{"result":{}}\n' },
      { ...quiet, stderr: 'Segmentation fault', code: 139 },
      { ...quiet, isLost: true },
      quiet,
    ].map((said) => judge(said, never));
    expect(judgements.map(({ verdict }) => verdict)).toEqual([
      ...['refused', 'refused', 'refused'],
      ...['inconclusive', 'inconclusive', 'inconclusive', 'inconclusive', 'inconclusive'],
    ]);
    expect(judgements.slice(0, 3).map(({ evidence }) => evidence)).toEqual(['no', 'Unable to request X11', 'not that']);
  });

  it('has got through where it shows, whatever else was said', () => {
    expect(judge({ ...quiet, stdout: refusal, code: 1 }, () => 'it ran')).toEqual(conclude('succeeded', 'it ran'));
    expect(judgeCommand({ ...quiet, stderr: 'rm: cannot remove: No such file', code: 1 }).verdict).toBe('succeeded');
    expect(judgeCommand({ ...quiet, stdout: refusal, code: 1 }).verdict).toBe('refused');
  });

  it('has evidence of one short, printable line', () => {
    const { evidence } = conclude('refused', `\u001b[31m${'x\n'.repeat(500)}`);
    expect(evidence).toMatch(/^[\x20-\x7e…]{160}$/);
  });
});

describe('the table', () => {
  const attempt = { area: 'words', what: 'prune', durationMs: 3 } as const;
  const result: AttackResult = {
    vault: 'w@vault:4660',
    verdict: 'succeeded',
    isProvisioned: true,
    hasShell: false,
    attempts: [
      { ...attempt, verdict: 'refused', evidence: 'no such request' },
      { ...attempt, what: 'read', verdict: 'succeeded', evidence: '`it` | was <b>answered</b>' },
    ],
    durationMs: 1000,
    exitCode: 1,
  };

  it('shows every attempt, and first of all what got through', () => {
    expect(renderAttack(result)).toMatch(/refused +words +prune +no such request\nGOT THROUGH +words +read/);
    expect(renderAttack(result)).toContain('FAILED: 2 attempts');
    const summary = summarizeAttack(result);
    expect(summary.indexOf('❌ got through')).toBeLessThan(summary.indexOf('<details>'));
    expect(summary).not.toContain('`it`');
  });

  it('passes on refusals alone, and says where one account is all there is', () => {
    const passed = { ...result, verdict: 'refused', attempts: result.attempts.slice(0, 1) } as const;
    expect(renderAttack(passed)).toContain('PASSED: 1 attempt with');
    expect(renderAttack(passed)).not.toContain('a single flaw');
    expect(renderAttack({ ...passed, isProvisioned: false })).toContain('a single flaw would be enough');
  });
});
