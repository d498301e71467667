import type { AttackResult } from '../../operations/attack.ts';
import { concludeAttack } from '../attack-report.ts';
import { code } from '../../logging/code-span.ts';
import { details, joinLines, table } from './markdown.ts';

const MARKS = { refused: '✅ refused', succeeded: '❌ got through', inconclusive: '❔ unclear' };
const HEADINGS = {
  refused: '### ✅ Attack refused',
  succeeded: '### ❌ An attack got through',
  inconclusive: '### ❔ Attack: unclear',
};

/** The isolation probe: what was tried, and the vault's answer. What was refused is folded. */
export function summarizeAttack(result: AttackResult): string {
  const { verdict, attempts } = result;
  const [first = '', ...rest] = concludeAttack(result);
  const isRefused = (attempt: AttackResult['attempts'][number]): boolean => attempt.verdict === 'refused';
  const rows = (chosen: AttackResult['attempts']): string[] =>
    table(
      ['', 'Area', 'Tried', 'The vault'],
      chosen.map(({ area, what, verdict: each, evidence }) => [MARKS[each], area, code(what), code(evidence)]),
    );
  const others = attempts.filter((attempt) => !isRefused(attempt));
  return joinLines([
    HEADINGS[verdict],
    '',
    first,
    ...rest.flatMap((line) => ['', line]),
    ...(others.length > 0 ? rows(others) : []),
    ...details('What was refused', rows(attempts.filter(isRefused))),
  ]);
}
