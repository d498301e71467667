import { isMap, isScalar, parseDocument } from 'yaml';
import type { Gaps } from '../../coverage/find-gaps.ts';
import { writeDatabase, writeFiles, writeReason } from './config-text.ts';

/**
 * Adds what is missing to the text of a configuration, line by line; everything else stays as it is, byte for byte.
 * Undefined where the text has a form that no line can simply be added to.
 */
export function addGaps(content: string, gaps: Gaps): string | undefined {
  const sections: [string, string[]][] = [
    ['databases', gaps.databases.map(writeDatabase)],
    ['files', gaps.files.map(writeFiles)],
    ['not-covered', gaps.presumed.map(writeReason)],
  ];
  let text: string | undefined = content;
  for (const [section, lines] of sections) text = text === undefined ? text : addLines(text, section, lines);
  return text;
}

function addLines(content: string, section: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return content;
  const document = parseDocument(content);
  if (!isMap(document.contents)) return undefined;
  const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === section);
  if (!pair) return `${content}${content.endsWith('\n') ? '' : '\n'}\n${section}:\n${indent(lines, '  ')}`;
  const last = isMap(pair.value) && pair.value.flow !== true ? pair.value.items.at(-1) : undefined;
  if (!last || !isScalar(last.key)) return undefined;
  const end = (last.value as { range?: [number, number, number] } | null)?.range?.[1];
  if (end === undefined) return undefined;
  const [keyOffset] = last.key.range;
  const margin = content.slice(content.lastIndexOf('\n', keyOffset - 1) + 1, keyOffset);
  if (margin.trim() !== '') return undefined;
  // Behind the last entry and the comment on its line. A block value ends behind its line break already.
  const isLineEnd = content[end - 1] === '\n';
  const lineEnd = isLineEnd ? end : content.indexOf('\n', end) + 1;
  const at = lineEnd === 0 ? content.length : lineEnd;
  const glue = at > 0 && content[at - 1] !== '\n' ? '\n' : '';
  return `${content.slice(0, at)}${glue}${indent(lines, margin)}${content.slice(at)}`;
}

function indent(lines: readonly string[], margin: string): string {
  return lines.map((line) => `${margin}${line}\n`).join('');
}
