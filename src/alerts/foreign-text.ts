import { printable } from '../logging/printable.ts';
import { shorten } from '../logging/code-span.ts';

const SHOWN_FAULTS = 20;
const SHOWN_CHARACTERS = 500;

/** What is not seen, or turns what stands beside it; archives hold names that strangers chose. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** A text of others as one line of bounded length that shows what it holds. */
export function cleanLine(text: string): string {
  const line = printable(text).replace(UNSEEN, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return shorten(line, SHOWN_CHARACTERS);
}

/** So many of the faults as people read; `more` says how many are missing. */
export function cleanFaults(faults: readonly string[], more: (count: number) => string): string[] {
  const lines = faults.slice(0, SHOWN_FAULTS).map(cleanLine);
  const rest = faults.length - lines.length;
  return rest > 0 ? [...lines, more(rest)] : lines;
}

/** Links that mail programs would make of a stranger's text are broken up. */
export function breakLinks(text: string): string {
  return text
    .replace(/:\/\//g, ': //')
    .replace(/\bwww\./gi, 'www .')
    .replace(/\bmailto:/gi, 'mailto :');
}
