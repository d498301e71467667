import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';

import type { Client } from 'ssh2';

import { Failure, messageOf } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';
import { startRemoteCommand } from './remote-command.ts';
import { labelOf, type SshOptions } from './ssh-options.ts';

const MARK = 'skills-hub-shell';
const OLDEST_NODE = [20, 11] as const;
/** Below the account's home. */
const FOLDER = '.local/share/skills-hub-continuity';

/**
 * Asks whether a shell is on the other side, as on an account that nobody provisioned, and if so brings our bundle
 * there (digest-checked, under a name that tells its content) unless it is there already.
 * @returns the command that runs the vault there, to which words are added; undefined where there is no shell
 * @throws Failure where a shell answers, but Node, rsync or a quiet start-up are missing
 */
export async function preparePlainAccount(client: Client, options: SshOptions): Promise<string | undefined> {
  const digest = await digestFile(options.bundlePath);
  const file = `vault-${digest}.mjs`;
  const found = await probe(client, file, labelOf(options));
  if (!found) return undefined;
  if (found.digest !== digest) {
    await copyBundle(client, options, file, digest);
    options.log.info(`copied the vault's program to ${labelOf(options)}, ~/${FOLDER}/${file}`);
  }
  return `node "$HOME"/${FOLDER}/${file} vault serve --role owner --path ${quote(options.directory)}`;
}

/** For a POSIX shell: nothing inside is read by it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function digestFile(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    throw new Failure(
      'config',
      `cannot read our own bundle: ${messageOf(error)}`,
      'Take the file from the repository again.',
      {
        cause: error,
      },
    );
  }
}

async function probe(client: Client, file: string, label: string): Promise<{ digest: string } | undefined> {
  const script = [
    `printf "%s\\n" ${MARK}`,
    'printf "node %s\\n" "$(node --version 2>/dev/null)"',
    'printf "rsync %s\\n" "$(command -v rsync)"',
    `printf "bundle %s\\n" "$(sha256sum "$HOME"/${FOLDER}/${file} 2>/dev/null)"`,
  ].join('; ');
  const { code, stdout } = await run(client, `sh -c ${quote(script)}`);
  const lines = stdout.split('\n');
  if (!lines.includes(MARK)) return undefined;
  if (code !== 0 || lines[0] !== MARK) {
    throw new Failure(
      'vault',
      `protocol incompatibility: the shell of ${label} says ${JSON.stringify(printable(lines[0] ?? '').slice(0, 80))} before anything else`,
      "Make the account's start-up files (.bashrc, .profile) silent where no terminal is attached.",
    );
  }
  const read = (name: string): string =>
    lines
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1)
      .trim() ?? '';
  checkNode(read('node'), label);
  if (read('rsync') === '') {
    throw new Failure('vault', `${label} has no rsync`, 'Have the package rsync installed on the backup server.');
  }
  return { digest: read('bundle').split(' ')[0] ?? '' };
}

function checkNode(version: string, label: string): void {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const what = version === '' ? 'has no node on the PATH of its shell' : `has Node ${version}`;
  throw new Failure(
    'vault',
    `${label} ${what}; ${OLDEST_NODE.join('.')} or newer is needed`,
    'Install Node on the backup server where non-interactive shells find it (/usr/bin or /usr/local/bin), or provision the vault.',
  );
}

async function copyBundle(client: Client, { bundlePath }: SshOptions, file: string, digest: string): Promise<void> {
  const script = [
    `umask 077; mkdir -p "$HOME"/${FOLDER} && cd "$HOME"/${FOLDER} || exit 1`,
    `part=.${file}.$$; trap 'rm -f "$part"' EXIT`,
    `cat > "$part" && echo "${digest}  $part" | sha256sum -c - > /dev/null && mv "$part" ${file}`,
  ].join('; ');
  const body = createReadStream(bundlePath) as AsyncIterable<Buffer>;
  const { code, stderr } = await run(client, `sh -c ${quote(script)}`, body);
  if (code === 0) return;
  const next = "Check the account's home on the backup server: free space, quota, write permission.";
  throw new Failure('vault', `could not copy the vault's program: ${stderr || `code ${String(code)}`}`, next);
}

async function run(
  client: Client,
  command: string,
  body?: AsyncIterable<Uint8Array>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const remote = await startRemoteCommand(client, command, body);
  let text = '';
  for await (const chunk of remote.stdout) {
    text += Buffer.from(chunk).toString('utf8');
    // A forced command answers with a line; more than this is none of ours.
    if (text.length > 65_536) break;
  }
  const end = await remote.ended;
  if (remote.bodyError() !== undefined) throw remote.bodyError();
  return { ...end, stdout: text };
}
