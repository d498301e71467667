import { isPlaceholder, looksRandom } from './values.mjs';

/** What is a secret wherever it stands, in bundles too: each shape belongs to one kind of secret alone. */
const shapes = [
  ['GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{60,255}\b/g],
  ['GitLab token', /\bgl(?:pat|ptt|rt|dt)-[A-Za-z0-9_-]{20,}/g],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['AWS access key', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ['Google API key', /\bAIza[A-Za-z0-9_-]{35}/g],
  ['Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/g],
  ['webhook address', /\bhooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{16,}/g],
  ['webhook address', /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{15,}\/[\w-]{40,}/g],
  ['JSON web token', /\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}/g],
  ['age private key', /\bAGE-(?:SECRET-KEY|PLUGIN-[A-Z0-9]+)-1[02-9AC-HJ-NP-Za-z]{20,}/g],
  ['password hash', /\$(?:6|5|y|2[aby])\$[./A-Za-z0-9$=,]{40,}/g],
  ['PostgreSQL password verifier', /\bSCRAM-SHA-256\$\d+:[A-Za-z0-9+/=]{16,}\$[A-Za-z0-9+/=:]{40,}/g],
];

/**
 * A key, PuTTY's among them: its head; headers of RFC 1421, quotes and line breaks, also written as \\n; its first line.
 * Code that only knows the head, as SSH libraries do, has no key behind it.
 */
const key = new RegExp(
  String.raw`(?:-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|Private-Lines: \d+)` +
    String.raw`(?:\\[nr]|[\s"'\x60+,>|]|(?:Proc-Type|DEK-Info|Version|Comment): [^\n\\]*)*([A-Za-z0-9+/=]{40,})`,
  'g',
);

/** A password in an address, other than one that is put in at run time. */
const address =
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`<>()[\]{}|\\]{0,80}:([^\s/@"'`<>()|\\]{1,200})@([\w.[\]$%{-]+)/gi;
/** Addresses in documentation: user:password@host. */
const documented = /^(?:pass(?:word)?|secret)@(?:host\b|.*\.example\b)/i;

const header = /\b(?:Bearer|Basic)\s+([\w+/=.~-]{20,})/g;

/**
 * @param shortest the least length of a password in an address: code and its tests show how addresses are cut
 * @returns findings as { at, kind, value }, `at` counted in characters from the text's beginning
 */
export function findTokens(text, shortest) {
  const found = shapes.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({ at: match.index, kind, value: match[0] })),
  );
  for (const match of text.matchAll(key)) {
    if (looksRandom(match[1])) found.push({ at: match.index, kind: 'private key', value: undefined });
  }
  for (const match of text.matchAll(address)) {
    const [, value, host] = match;
    if (value.length < shortest || isPlaceholder(value) || documented.test(`${value}@${host}`)) continue;
    found.push({ at: match.index, kind: 'password in an address', value });
  }
  for (const match of text.matchAll(header)) {
    if (looksRandom(match[1])) found.push({ at: match.index, kind: 'authorization header', value: match[1] });
  }
  return found;
}
