import type { Failure } from '../../logging/failure.ts';
import { code } from '../../logging/code-span.ts';
import { joinLines, list } from './markdown.ts';

/** Failures of many parts name them all; this much is read at 04:00. */
const SHOWN_CHARACTERS = 2000;
const SHOWN_LINES = 20;

/** A faulty configuration has one line for each fault; elsewhere a line end is part of somebody's text. */
function quoteLines({ kind, message }: Failure): string[] {
  const lines = message.split('\n');
  return kind === 'config' && lines.length > 1 ? list(lines, SHOWN_LINES) : [code(message, SHOWN_CHARACTERS)];
}

/** What failed, and what to do about it. `name` is what was run, in our words: `Continuity backup`. */
export function summarizeFailure(name: string, failure: Failure): string {
  const { kind, next } = failure;
  return joinLines([
    `### ❌ ${name} failed (${kind})`,
    '',
    ...quoteLines(failure),
    '',
    `**Next:** ${code(next, SHOWN_CHARACTERS)}`,
  ]);
}
