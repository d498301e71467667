import { code } from '../../src/logging/code-span.ts';

/** Shorter lines of a secret of many lines (the end of a key) would blacken half of the log. */
const SHORTEST_LINE = 8;

/**
 * A secret as it may turn up in a log: whole, line by line, as a part of a connection string, and as programs encode it
 * for URLs, JSON, base64 and markdown.
 */
export function listSecretForms(secret: string): string[] {
  const passwords = listLines(secret).flatMap(listPasswords);
  // A password may be of many lines as well, each of which would stand in the log by itself.
  const plain = new Set([secret, secret.trim(), ...[secret, ...passwords].flatMap(listParts), ...passwords]);
  const forms = [...plain].flatMap((text) => [
    text,
    turn(text, encodeURIComponent),
    JSON.stringify(text).slice(1, -1),
    code(text, Infinity).slice(1, -1),
  ]);
  return unique([...forms, ...[...plain].flatMap(listBase64)]).filter((form) => form.trim() !== '');
}

function listLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '');
}

/** The lines that are masked by themselves. */
function listParts(text: string): string[] {
  const lines = listLines(text);
  return lines.length === 1 ? lines : lines.filter((line) => line.length >= SHORTEST_LINE);
}

/** The password of a connection string, as it stands there and decoded. */
function listPasswords(line: string): string[] {
  const [, encoded] = /^[a-z][a-z0-9+.-]*:\/\/[^:/@\s]*:([^@\s]*)@/i.exec(line) ?? [];
  const [, queried] = /[?&]password=([^&\s]+)/i.exec(line) ?? [];
  return [encoded, queried].flatMap((text) => (text ? [text, turn(text, decodeURIComponent)] : []));
}

/** `encodeURIComponent` or its reverse; what cannot be turned (a lone surrogate, a stray `%`) stays as it is. */
function turn(text: string, convert: (text: string) => string): string {
  try {
    return convert(text);
  } catch {
    return text;
  }
}

/** The text in base64 at each of the three places at which it can stand in what was encoded with it. */
function listBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  if (bytes.length < SHORTEST_LINE) return [bytes.toString('base64')];
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Characters at the ends hold bits of the neighbours.
    const inner = encoded.slice(shift === 0 ? 0 : shift + 1).replace(/=+$/, '');
    const sure = (bytes.length + shift) % 3 === 0 ? inner : inner.slice(0, -1);
    return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
