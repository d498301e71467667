/** Text of the other side as it may reach a terminal or a log: one line, no control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
