/** In a comment on the line of a fake secret, or alone on the line above; the reason is for who reviews it. */
const mark = /(?:\/\/|\/\*|#|<!--|--)\s*not-a-secret:[ \t]*(.*)/;
const shortestReason = 10;

/** @returns the findings that no mark allows, and the marks that allow none or say no reason */
export function applyMarks(lines, found) {
  const marks = lines.flatMap((text, index) => {
    const [whole, reason = ''] = mark.exec(text) ?? [];
    if (whole === undefined) return [];
    const line = index + 1;
    const isAlone = text.trimStart().startsWith(whole);
    return [{ line, covers: isAlone ? line + 1 : line, reason: reason.replace(/\*\/|-->/, '').trim() }];
  });
  const covered = new Set(marks.map(({ covers }) => covers));
  const places = new Set(found.map(({ line }) => line));
  return [...found.filter(({ line }) => !covered.has(line)), ...marks.flatMap((one) => judgeMark(one, places))];
}

function judgeMark({ line, covers, reason }, places) {
  if (!places.has(covers)) {
    return [{ line, kind: 'mark that allows nothing', next: 'remove it, or put it where the made-up secret is' }];
  }
  if (reason.length >= shortestReason) return [];
  return [{ line, kind: 'mark without a reason', next: 'say behind the colon why this is no secret' }];
}
