/** Text of the other side as it may reach a terminal or a log: one line, no control characters. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/**
 * A text of ours of several lines, in which names and messages of others may stand, as it may reach a terminal: whatever
 * that obeys is taken out. Its own line ends stay.
 */
export function printableLines(text: string): string {
  return text.replace(/(?!\n)[\p{Cc}\u2028\u2029]/gu, ' ');
}
