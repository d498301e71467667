import { applyMarks } from './marks.mjs';
import { findAssignments } from './assignments.mjs';
import { findTokens } from './tokens.mjs';

/** Generated from sources that are scanned themselves, with names that are not ours: only what is surely a secret. */
const generated = /(?:^|\/)dist\/|(?:^|\/)package-lock\.json$/;
const code = /\.(?:[cm]?[jt]s|py)$/i;
const next =
  'take it out, and replace it wherever it is used, for it is in the history; where it is made up for a test, ' +
  'say so on its line in a comment: not-a-secret: REASON';

/** @returns findings as { line, kind, value, next }, marks that allow nothing among them */
export function scanText(path, text) {
  const isCode = code.test(path);
  const found = findTokens(text, isCode ? 5 : 1).map(({ at, ...rest }) => ({ line: countLines(text, at), ...rest }));
  if (generated.test(path)) return found.map((finding) => ({ ...finding, next }));
  const lines = text.split('\n');
  const known = new Set(found.map(({ line }) => line));
  for (const [index, line] of lines.entries()) {
    if (known.has(index + 1)) continue;
    for (const one of findAssignments(line, lines[index + 1] ?? '', isCode)) found.push({ line: index + 1, ...one });
  }
  return applyMarks(
    lines,
    found.map((finding) => ({ ...finding, next })),
  ).sort((one, other) => one.line - other.line);
}

function countLines(text, at) {
  return text.slice(0, at).split('\n').length;
}
