import { resolve } from 'node:path';

import { Failure } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';
import { explainFullVault, explainReadOnlyVault } from './full-vault.ts';
import { NetworkTrouble } from './retry.ts';
import type { ProgramEnd } from './run-program.ts';

/** What one rsync run sends, and by which connection. */
export interface RsyncRun {
  files: readonly string[];
  /** The control socket of an OpenSSH connection that stands. */
  socket: string;
  /** Stands in for `rsync` on the other side; read by a shell there. */
  remoteRsync?: string;
  /** Bytes a second. */
  bandwidthLimitBytes?: number;
}

/**
 * Arguments for rsync. The other side then sees
 * `rsync --server -Ie.LsfxCIvu --timeout=60 [--bwlimit=N] --stats --partial . ./` (the letters after `e.` depend on
 * the version). Why these:
 * - `--partial` keeps a cut file under its own name. The next run finds it and, by rsync's checksums of its blocks,
 *   sends only what is missing; not `--append`, which would believe a damaged beginning.
 * - `--ignore-times` (I): whoever names a file here wants it compared. Times mean nothing for segments, and a file of
 *   the right size may still be damaged. What lies there whole is not named at all.
 * - no `-t`, `-p`, `-o`, `-r`, `-l`: names and content are all that is taken over. No `-z`: segments are compressed.
 */
export function listRsyncArguments({ files, socket, remoteRsync, bandwidthLimitBytes }: RsyncRun): string[] {
  // Without the shared connection this ssh must fail, instead of logging in by whatever key or host it can find.
  const ssh = `ssh -F none -S '${socket}' -o ControlMaster=no -o ProxyCommand=false -o BatchMode=yes -o LogLevel=ERROR`;
  const args = ['--ignore-times', '--partial', '--timeout=60', '--stats', '--no-human-readable', '-e', ssh];
  // In KiB; 0 would mean no limit.
  if (bandwidthLimitBytes !== undefined)
    args.push(`--bwlimit=${String(Math.max(1, Math.floor(bandwidthLimitBytes / 1024)))}`);
  if (remoteRsync !== undefined) args.push(`--rsync-path=${remoteRsync}`);
  return [...args, '--', ...files.map((file) => resolve(file)), 'vault:./'];
}

/** Bytes that went over the wire, from rsync's statistics in the C locale. */
export function readSentBytes(stdout: string): number {
  return Number(/^Total bytes sent: (\d+)$/m.exec(stdout)?.[1] ?? 0);
}

const NETWORK_CODES = new Set([10, 12, 30, 35, 255]);
const PROTOCOL_CODES = new Set([1, 2, 4, 6]);

/** What `vault serve` writes to standard error where it does not let rsync run. */
const VAULT_WORD = /^skills-vault: (refused or failed|warning): (.+)$/m;

/** What went wrong, for a person. Measured: a closed port gives 12 or 255, a cut connection either of them. */
export function explainRsyncFailure(end: ProgramEnd, label: string): Error {
  const { code, stderr, isMissing } = end;
  const said = describe(stderr);
  if (isMissing) {
    return new Failure(
      'vault',
      'the program rsync is missing on this host',
      'Install the packages rsync and openssh-client on this host.',
    );
  }
  const word = VAULT_WORD.exec(stderr);
  if (word?.[2]?.includes('not enough space')) {
    const next =
      'Have the administrator of the backup server look at its settings and its incoming area; what has arrived stays for the next run.';
    return new Failure('space', `${label} says: ${printable(word[2])}`, next);
  }
  if (word) {
    const next = 'Use the toolkit of the same version on both sides, and the key that is meant for this.';
    return new Failure(word[1] === 'warning' ? 'vault' : 'refused', `${label} says: ${printable(word[2] ?? '')}`, next);
  }
  const full = findLine(stderr, /no space left|disk quota exceeded|enough space/i);
  if (full !== undefined) return explainFullVault(label, full);
  const readOnly = findLine(stderr, /read-only file system/i);
  if (readOnly !== undefined) return explainReadOnlyVault(label, readOnly);
  if (code === 126 || code === 127 || /rsync: (?:command )?not found/i.test(stderr)) {
    return new Failure(
      'vault',
      `${label} has no rsync: ${said}`,
      'Have the package rsync installed on the backup server.',
    );
  }
  if (code !== null && PROTOCOL_CODES.has(code)) {
    const next =
      'Both sides need rsync 3.1 or newer, and nothing there may write to standard output (.bashrc, banners).';
    return new Failure('vault', `protocol incompatibility between rsync here and at ${label}: ${said}`, next);
  }
  if (code !== null && NETWORK_CODES.has(code)) {
    const next = 'Run the same command again: it goes on where it stopped. Check the network if it happens twice.';
    return new NetworkTrouble(
      new Failure('vault', `the upload to ${label} broke off (code ${String(code)}): ${said}`, next),
    );
  }
  const ended = code === null ? 'was killed' : `ended with code ${String(code)}`;
  return new Failure(
    'vault',
    `rsync to ${label} ${ended}: ${said}`,
    'Read the message above, then run the same command again.',
  );
}

/** The first line that says it: rsync says it again for every file, and then what became of itself. */
function findLine(stderr: string, pattern: RegExp): string | undefined {
  const line = stderr.split('\n').find((each) => pattern.test(each));
  return line === undefined ? undefined : describe(line);
}

function describe(stderr: string): string {
  const text = printable(stderr);
  return text === '' ? 'it said nothing' : text.slice(-500);
}
