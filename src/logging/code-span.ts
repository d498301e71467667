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

function escapeCharacter(character: string): string {
  return character === '\\' ? '\\\\' : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
