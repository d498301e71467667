import { countOf } from '../../logging/quantity-text.ts';

/** What GitHub takes as the summary of one step, in bytes. */
const LIMIT_BYTES = 1_048_576;

/**
 * Cuts a summary to what GitHub takes, in bytes of UTF-8: at the end of a line, with what is open there closed, and with
 * a word about what is missing. What fits is returned as it is.
 */
export function fitSummary(text: string, limitBytes = LIMIT_BYTES): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  const lines = text.split('\n');
  const kept: string[] = [];
  let keptBytes = 0;
  let open: readonly string[] = [];
  for (const line of lines) {
    const next = nest(open, line);
    const sizeBytes = Buffer.byteLength(line) + 1;
    const endBytes = Buffer.byteLength(endOf(lines.length, limitBytes, next));
    if (keptBytes + sizeBytes + endBytes > limitBytes) break;
    kept.push(line);
    keptBytes += sizeBytes;
    open = next;
  }
  const end = endOf(lines.length - kept.length, limitBytes, open);
  if (kept.length > 0) return `${kept.join('\n')}\n${end}`;
  // Not even the first line, or the word about it: rather nothing than half a sentence.
  return Buffer.byteLength(end) <= limitBytes ? end : '';
}

/** What is open behind a line: code blocks and folded parts, the innermost last, by what closes them. */
function nest(open: readonly string[], line: string): readonly string[] {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
  const innermost = open.at(-1);
  if (innermost !== undefined && innermost !== DETAILS_END) {
    return fence?.startsWith(innermost) && line.trim() === fence ? open.slice(0, -1) : open;
  }
  if (fence !== undefined) return [...open, fence];
  if (/^<details\b/.test(line) && !line.includes(DETAILS_END)) return [...open, DETAILS_END];
  return line.startsWith(DETAILS_END) ? open.slice(0, -1) : open;
}

const DETAILS_END = '</details>';

/** A blank line ends a table or a paragraph; then whatever else is open; then the word about the rest. */
function endOf(missingLines: number, limitBytes: number, open: readonly string[]): string {
  const closing = [...open].reverse().flatMap((end) => [end, '']);
  const word = `_${countOf(missingLines, 'line')} ${missingLines === 1 ? 'is' : 'are'} left out: a summary has room for ${limitBytes} bytes. The log and the result file have them all._`;
  return ['', ...closing, word, ''].join('\n');
}
