import './dirname.ts';

import { readFile, stat } from 'node:fs/promises';

import ssh2 from 'ssh2';

import { Failure, messageOf } from '../../logging/failure.ts';

/** Where the private key comes from. Text is what the caller found in an environment variable or a secret. */
export type KeySource = { file: string } | { text: string; name: string } | { agent: string };

/** A checked private key, or an agent with at least one fit key. Never to be printed. */
export type LoadedKey =
  | { kind: 'file'; path: string; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'agent'; socket: string; publicKeys: Buffer[] };

const MIN_BITS = 4096;
const MAKE_KEY =
  'Make one with "ssh-keygen -t rsa -b 4096 -N \'\' -f FILE" and have its .pub line entered on the backup server.';

/**
 * Loads and checks a key before anything else is touched (faults.md 85): readable by its owner alone, Unix line ends,
 * no passphrase, RSA of at least 4096 bits.
 * @throws Failure `config` with the command that mends it.
 */
export async function loadKey(source: KeySource): Promise<LoadedKey> {
  if ('agent' in source) return loadFromAgent(source.agent);
  if ('file' in source) return { kind: 'file', path: source.file, text: await readKeyFile(source.file) };
  // Environments and secret stores trim: the last line end is ours to add.
  const text = source.text.endsWith('\n') ? source.text : `${source.text}\n`;
  checkKey(text, source.name);
  return { kind: 'text', text };
}

async function readKeyFile(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Failure(
        'config',
        `the key file ${path} has mode ${octal}: others may read it`,
        `Run "chmod 600 ${path}".`,
      );
    }
    const text = await readFile(path, 'utf8');
    if (!text.endsWith('\n') && text !== '') {
      throw new Failure('config', `the key file ${path} lacks its final line end`, `Run "echo >> ${path}".`);
    }
    checkKey(text, `the key file ${path}`);
    return text;
  } catch (error) {
    if (error instanceof Failure) throw error;
    const next = `In a workflow that hands the key over as a secret, see that this environment has it. ${MAKE_KEY}`;
    throw new Failure('config', `cannot read the key file: ${messageOf(error)}`, next, { cause: error });
  }
}

function checkKey(text: string, where: string): void {
  if (text.includes('\r')) {
    throw new Failure(
      'config',
      `${where} has Windows line ends`,
      'Remove them: "sed -i \'s/\\r$//\' FILE", or enter the secret again.',
    );
  }
  const parsed = ssh2.utils.parseKey(text);
  // The parser's own words could quote the key: only whether it mentions encryption is taken from them.
  if (parsed instanceof Error) {
    const isEncrypted =
      /encrypted|passphrase/i.test(parsed.message) || /^(?:Proc-Type: 4,|-+BEGIN )ENCRYPTED/m.test(text);
    if (isEncrypted) {
      throw new Failure(
        'config',
        `${where} is protected by a passphrase`,
        'Use a key without one ("ssh-keygen -p -f FILE" removes it), or an ssh-agent.',
      );
    }
    throw new Failure(
      'config',
      `${where} is not a whole private key in OpenSSH or PEM form`,
      `Copy it again with all its lines. ${MAKE_KEY}`,
    );
  }
  if (!parsed.isPrivateKey()) {
    throw new Failure('config', `${where} is a public key`, 'Name the private one: the same file without .pub.');
  }
  const blob = parsed.getPublicSSH();
  if (!isFit(blob))
    throw new Failure('config', `${where} is ${describeKey(blob)}, not RSA of ${MIN_BITS} bits or more`, MAKE_KEY);
}

async function loadFromAgent(socket: string): Promise<LoadedKey> {
  const agent = new ssh2.OpenSSHAgent(socket);
  const blobs = await new Promise<Buffer[]>((resolve, reject) =>
    agent.getIdentities((error, keys) => {
      if (error) reject(error);
      else resolve((keys ?? []).map(readBlob));
    }),
  ).catch((error: unknown) => {
    const next = 'Start one with "eval $(ssh-agent)", add the key with "ssh-add FILE", and keep SSH_AUTH_SOCK.';
    throw new Failure('config', `no ssh-agent answers at ${socket}: ${messageOf(error)}`, next, { cause: error });
  });
  const publicKeys = blobs.filter(isFit);
  if (publicKeys.length > 0) return { kind: 'agent', socket, publicKeys };
  const held = blobs.length === 0 ? 'no key' : blobs.map(describeKey).join(', ');
  throw new Failure(
    'config',
    `the ssh-agent holds ${held}; RSA of ${MIN_BITS} bits or more is needed`,
    `Add it with "ssh-add FILE". ${MAKE_KEY}`,
  );
}

function readBlob(key: unknown): Buffer {
  if (Buffer.isBuffer(key)) return key;
  if (typeof key === 'object' && key !== null && 'getPublicSSH' in key) return (key as ssh2.ParsedKey).getPublicSSH();
  throw new Error('the agent gives keys in an unknown form');
}

function isFit(blob: Buffer): boolean {
  const [type, , modulus] = readFields(blob);
  return type?.toString('latin1') === 'ssh-rsa' && countBits(modulus) >= MIN_BITS;
}

function describeKey(blob: Buffer): string {
  const [type, , modulus] = readFields(blob);
  const name = type?.toString('latin1') ?? 'unknown';
  return name === 'ssh-rsa' ? `RSA of ${countBits(modulus)} bits` : name;
}

/** The length-prefixed fields of a public key: for RSA its type, exponent and modulus. */
function readFields(blob: Buffer): Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length;) {
    const end = at + 4 + blob.readUInt32BE(at);
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function countBits(modulus: Buffer | undefined): number {
  const first = modulus?.findIndex((byte) => byte !== 0) ?? -1;
  if (!modulus || first === -1) return 0;
  return (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24;
}
