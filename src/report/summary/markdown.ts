import { code } from '../../logging/code-span.ts';
import { formatCount } from '../../logging/quantity-text.ts';

/** A table; its cells are markdown of ours, or `code`. Columns in `right` hold numbers. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    '',
    line(head),
    line(head.map((_cell, column) => (right.includes(column) ? '--:' : '---'))),
    ...rows.map(line),
    '',
  ];
}

/** The first `limit` rows of a table; one more says how many are missing. */
export function limitRows(rows: readonly (readonly string[])[], limit: number): readonly (readonly string[])[] {
  if (rows.length <= limit) return rows;
  const columns = rows[0]?.length ?? 0;
  const rest = Array.from({ length: columns }, (_cell, column) =>
    column === 0 ? `and ${formatCount(rows.length - limit)} more` : '',
  );
  return [...rows.slice(0, limit), rest];
}

/** What is folded until somebody opens it; `title` is a text of ours. The blank lines let markdown begin within. */
export function details(title: string, lines: readonly string[]): string[] {
  return ['', '<details>', `<summary>${title}</summary>`, '', ...lines, '', '</details>', ''];
}

/** A list of texts of others, the first `limit` of them; of the rest it says how many they are. */
export function list(texts: readonly string[], limit: number): string[] {
  const lines = texts.slice(0, limit).map((text) => `- ${code(text)}`);
  if (texts.length > limit) lines.push(`- and ${formatCount(texts.length - limit)} more`);
  return lines;
}

/** Lines as one text: never two blank ones in a row, none at its beginning, a line end at its end. */
export function joinLines(lines: readonly string[]): string {
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
