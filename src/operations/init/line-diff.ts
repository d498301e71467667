interface DiffLine {
  sign: ' ' | '-' | '+';
  text: string;
}

const contextLines = 3;

/** A unified diff of two small texts, as `diff -u` shows it; empty where they are the same. */
export function diffLines(path: string, before: string | undefined, after: string): string {
  if (before === after) return '';
  const lines = compare(before === undefined ? [] : split(before), split(after));
  const hunks = gather(lines);
  return [`--- ${before === undefined ? '/dev/null' : path}`, `+++ ${path}`, ...hunks].join('\n');
}

/** A text without a line break at its end is another text: the mark that diff itself shows. */
function split(text: string): string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  const last = lines.pop();
  return last === '' || last === undefined ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

/** Longest common subsequence; what both begin and end with is set aside first. */
function compare(before: readonly string[], after: readonly string[]): DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (texts: readonly string[]): DiffLine[] => texts.map((text) => ({ sign: ' ', text }));
  const middle = align(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...same(before.slice(0, head)), ...middle, ...same(before.slice(before.length - tail))];
}

function align(before: readonly string[], after: readonly string[]): DiffLine[] {
  // lengths[i][j]: how long the common subsequence of before[i…] and after[j…] is.
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [row, below] = [lengths[i]!, lengths[i + 1]!];
      row[j] = before[i] === after[j] ? below[j + 1]! + 1 : Math.max(below[j]!, row[j + 1]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ sign: ' ', text: before[i]! });
      i += 1;
      j += 1;
    } else if (j >= after.length || (i < before.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      lines.push({ sign: '-', text: before[i]! });
      i += 1;
    } else {
      lines.push({ sign: '+', text: after[j]! });
      j += 1;
    }
  }
  return lines;
}

/** Changes with a few lines around them, each hunk under its line numbers. */
function gather(lines: readonly DiffLine[]): string[] {
  const isNear = lines.map((_line, at) =>
    lines.slice(Math.max(0, at - contextLines), at + contextLines + 1).some(({ sign }) => sign !== ' '),
  );
  const hunks: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let at = 0; at < lines.length;) {
    let end = at;
    while (end < lines.length && isNear[end]) end += 1;
    const hunk = lines.slice(at, Math.max(end, at + 1));
    const oldCount = hunk.filter(({ sign }) => sign !== '+').length;
    const newCount = hunk.filter(({ sign }) => sign !== '-').length;
    if (end > at) {
      const place = (line: number, count: number) => `${count === 0 ? line - 1 : line},${count}`;
      hunks.push(`@@ -${place(oldLine, oldCount)} +${place(newLine, newCount)} @@`);
      hunks.push(...hunk.map(({ sign, text }) => `${sign}${text}`));
    }
    oldLine += oldCount;
    newLine += newCount;
    at = Math.max(end, at + 1);
  }
  return hunks;
}
