/**
 * Text of any origin as it may stand in a step's log: the runner takes lines that begin with `::`, or hold `##[`, for
 * commands (docs.github.com, workflow commands), and a file's name must not be one. Control characters but line ends go.
 */
export function neutralize(text: string): string {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line) =>
      line
        .replace(/\p{Cc}+/gu, ' ')
        .replace(/^(\s*):(?=:)/, '$1: ')
        .replaceAll('##[', '## ['),
    )
    .join('\n');
}
