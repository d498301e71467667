import type { Failure } from '../../logging/failure.ts';
import { code, joinLines } from './markdown.ts';

/** Failures of many parts name them all; this much is read at 04:00. */
const SHOWN_CHARACTERS = 2000;

/** What failed, and what to do about it. `name` is what was run, in our words: `Continuity backup`. */
export function summarizeFailure(name: string, { kind, message, next }: Failure): string {
  return joinLines([
    `### ❌ ${name} failed (${kind})`,
    '',
    code(message, SHOWN_CHARACTERS),
    '',
    `**Next:** ${code(next, SHOWN_CHARACTERS)}`,
  ]);
}
