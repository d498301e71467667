import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { Failure, messageOf } from '../../logging/failure.ts';

/** A host key that the operators vouch for. */
export interface PinnedKey {
  /** As in known_hosts: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`. */
  type: string;
  blob: Buffer;
}

/**
 * The keys that a known_hosts file pins for a host: plain and hashed names, patterns, `[host]:port`. Like OpenSSH, a
 * port other than 22 falls back to the lines without a port. Revoked keys are left out; authorities do not count.
 * @throws Failure `config` where the file cannot be read, holds a broken line for this host, or pins nothing for it.
 */
export async function readPinnedKeys(path: string, host: string, port: number): Promise<PinnedKey[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('config', `cannot read known_hosts: ${messageOf(error)}`, advise(path, host, port), {
      cause: error,
    });
  });
  const lines = parseLines(text, path);
  const withPort = lines.filter(({ names }) => matchesHost(names, nameHost(host, port)));
  const matching = withPort.length > 0 ? withPort : lines.filter(({ names }) => matchesHost(names, host.toLowerCase()));
  const revoked = matching.filter(({ marker }) => marker === '@revoked').map(({ key }) => key);
  const plain = matching.filter(({ marker }) => marker === undefined);
  const pins = plain
    .map((line) => decodeKey(line, path))
    .filter(({ blob }) => !revoked.includes(blob.toString('base64')));
  if (pins.length > 0) return pins;
  const isAuthority = matching.some(({ marker }) => marker === '@cert-authority');
  const why = isAuthority ? ' but a certificate authority, which is not supported' : '';
  throw new Failure('config', `${path} pins no key for ${nameHost(host, port)}${why}`, advise(path, host, port));
}

/** `SHA256:…`, as ssh-keygen prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** What is said, by either client, when the server shows another key than the pinned one. */
export function describeMismatch(label: string, pins: readonly PinnedKey[], shown: string | undefined): Failure {
  const expected = pins.map(({ type, blob }) => `${fingerprint(blob)} (${type})`).join(' or ');
  const found = shown ?? 'a key of another type';
  return new Failure(
    'vault',
    `the host key of ${label} is not the pinned one: expected ${expected}, found ${found}; nothing was sent`,
    'Somebody may be between you and the backup server. Only if its administrator confirms the new fingerprint by another way (telephone, console), replace the line in known_hosts.',
  );
}

function advise(path: string, host: string, port: number): string {
  return (
    `Fetch the key with "ssh-keyscan -p ${port} ${host} > ${path}", print its fingerprint with "ssh-keygen -lf ${path}" ` +
    'and compare it, by telephone or on the console, with what "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints on the backup server itself.'
  );
}

interface Line {
  number: number;
  marker: string | undefined;
  names: string;
  type: string;
  key: string;
}

function parseLines(text: string, path: string): Line[] {
  return text.split(/\r?\n/).flatMap((raw, at): Line[] => {
    const words = raw.trim().split(/[ \t]+/);
    if (words[0] === '' || words[0]?.startsWith('#')) return [];
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
    const [names, type, key] = words;
    const isKnown = marker === undefined || marker === '@revoked' || marker === '@cert-authority';
    if (names && type && key && isKnown) return [{ number: at + 1, marker, names, type, key }];
    throw new Failure('config', `${path}, line ${at + 1}: not a known_hosts line`, 'Mend or remove the line.');
  });
}

function nameHost(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function matchesHost(names: string, wanted: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = names.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(wanted).digest('base64') === hash;
  }
  const patterns = names.toLowerCase().split(',');
  const isDenied = patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), wanted));
  return !isDenied && patterns.some((pattern) => matchesPattern(pattern, wanted));
}

function matchesPattern(pattern: string, wanted: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(wanted);
}

function decodeKey({ type, key, number }: Line, path: string): PinnedKey {
  const blob = Buffer.from(key, 'base64');
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0;
  if (blob.toString('latin1', 4, 4 + length) === type && blob.length > 4 + length) return { type, blob };
  throw new Failure(
    'config',
    `${path}, line ${number}: the key is cut or not of type ${type}`,
    'Copy the line again, whole.',
  );
}
