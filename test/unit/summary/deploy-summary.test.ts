import { describe, expect, it } from '@jest/globals';
import type { DeployResult } from '../../../src/operations/deploy.ts';
import { renderDeploy } from '../../../src/report/deploy-report.ts';
import { summarizeDeploy } from '../../../src/report/summary/deploy-summary.ts';
import { summarizeRepair } from '../../../src/report/summary/repair-summary.ts';
import { expectHarmless, hostile } from './results.ts';

const commit = 'a'.repeat(40);
const previous = 'b'.repeat(40);

function resultOf(changes: Partial<DeployResult>, message?: string): DeployResult {
  const problem = message === undefined ? {} : { problem: { kind: 'source' as const, message, next: 'Correct it.' } };
  return {
    verdict: 'deployed',
    commit,
    previous,
    project: 'dev',
    durationMs: 53_000,
    warnings: [],
    ...problem,
    ...changes,
  };
}

describe('the summary of a deployment', () => {
  it('shows what a compose file was refused for, and folds a log', () => {
    const refused = summarizeDeploy(
      resultOf({ verdict: 'refused' }, 'the file was not used:\n  first\n  second'),
      undefined,
    );
    expect(refused).toContain('`the file was not used:`\n\n- `first`\n- `second`\n\n**Next:** `Correct it.`');
    const rolledBack = summarizeDeploy(resultOf({ verdict: 'rolled-back' }, 'web ended\n  a line'), undefined);
    expect(rolledBack).toMatch(
      /`web ended`\n\n<details>\n<summary>What was said<\/summary>\n\n- `a line`\n\n<\/details>/,
    );
  });

  it('folds nothing where all is said in one line', () => {
    expect(summarizeDeploy(resultOf({ verdict: 'down' }, 'web is unhealthy'), undefined)).not.toContain('<details>');
  });

  it('has room for a compose file of any number of faults, and lets none of them be markup', () => {
    const faults = Array.from({ length: 100_000 }, (_, index) => `\n  <img src=x> @everyone ${index}`).join('');
    const text = summarizeDeploy(resultOf({ verdict: 'refused' }, `faults:${faults}`), undefined);
    expectHarmless(text);
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('- `<img src=x> @everyone 49`\n- and 99,950 more');
  });

  it('shows what others wrote as what it is', () => {
    const problem = { kind: 'source' as const, message: `${hostile}\n${hostile}`, next: hostile };
    for (const verdict of ['rolled-back', 'refused', 'down'] as const) {
      expectHarmless(summarizeDeploy({ ...resultOf({ verdict, warnings: [hostile] }), problem }, undefined));
    }
    expectHarmless(summarizeRepair({ outcome: hostile }));
  });

  it('names what runs now, which is nothing where development is down', () => {
    const runsNow = (changes: Partial<DeployResult>, problem?: string) =>
      /\| Runs now \| (.*) \|/.exec(summarizeDeploy(resultOf(changes, problem), undefined))?.[1];
    expect(runsNow({})).toBe(`\`${commit}\``);
    expect(runsNow({ verdict: 'rolled-back' }, 'x')).toBe(`\`${previous}\``);
    expect(runsNow({ verdict: 'refused' }, 'x')).toBe(`\`${previous}\``);
    expect(runsNow({ verdict: 'down' }, 'x')).toBe('nothing');
    expect(renderDeploy(resultOf({ verdict: 'down' }, 'x'))).toContain('does not run, and nothing else does');
  });

  it('of one that was killed says what runs since, and what to do where nothing does', () => {
    const up = summarizeRepair({ outcome: 'b is up again', running: previous });
    expect(up).toContain('### ❌ Interrupted: the commit before runs');
    expect(up).not.toContain('**Next:**');
    const down = summarizeRepair({ outcome: 'it could not be brought up' });
    expect(down).toMatch(/^### ❌ Interrupted: development is down\n[^]*\*\*Next:\*\* /);
  });
});
