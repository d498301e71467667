import { formatCount } from '../../logging/quantity-text.ts';

/** Longer texts are shown by their beginning and end. */
const SHOWN_CHARACTERS = 300;

/**
 * What could end a code span or a cell, turn or hide what stands beside it, or is not seen: controls, format characters
 * (bidirectional ones among them), blanks other than the space, piled-up accents, backticks, pipes; and the backslash,
 * so that what replaces them cannot be mistaken.
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}`|\\]|(?! )\p{Zs}|(?<=\p{M}{3})\p{M}|^ | $/gu;

/**
 * Any text of others (names of files, messages, labels) as a code span, the one place where GitHub renders no markup, no
 * HTML, no link and pings nobody. What is unsafe even there is written as `\u{…}`; stands in a table's cell as well.
 */
export function code(text: string, limit = SHOWN_CHARACTERS): string {
  if (text === '') return '_(empty)_';
  return `\`${shorten(text, limit).replace(UNSAFE, escapeCharacter)}\``;
}

/** A text of at most `limit` UTF-16 units, and an ellipsis where something is missing. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, Math.ceil((limit * 2) / 3)).replace(/[\ud800-\udbff]$/, '');
  const tail = text.slice(text.length - Math.floor(limit / 3)).replace(/^[\udc00-\udfff]/, '');
  return `${head}…${tail}`;
}

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

function escapeCharacter(character: string): string {
  return character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
