import { splitQualifiedName } from './dump-statements.ts';

/**
 * A qualified name, or its parts, as names are compared: without quotes, since which words need them depends on the
 * client's version.
 */
export function tableKey(name: string | readonly string[]): string {
  return (typeof name === 'string' ? splitQualifiedName(name) : name).join('\0');
}

/** Parts of a qualified name as PostgreSQL reads them, without their quotes; undefined where it can be none. */
export function readQualifiedName(text: string): { text: string; isQuoted: boolean }[] | undefined {
  const parts: { text: string; isQuoted: boolean }[] = [];
  const pattern = /"((?:[^"]|"")+)"|([^".\s]+)/y;
  for (let at = 0; ;) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (!found) return undefined;
    const [whole, quoted, plain = ''] = found;
    parts.push(
      quoted === undefined ? { text: plain, isQuoted: false } : { text: quoted.replaceAll('""', '"'), isQuoted: true },
    );
    at += whole.length;
    if (at === text.length) return parts;
    if (text[at] !== '.') return undefined;
    at++;
  }
}

/** A name as PostgreSQL takes it without quotes: small ASCII letters. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A name as somebody types it: with quotes only where it needs them. */
export function showIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
