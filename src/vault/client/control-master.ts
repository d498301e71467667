import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Failure } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';
import { withKeyFile } from './key-file.ts';
import type { LoadedKey } from './keys.ts';
import { describeMismatch, type PinnedKey } from './known-hosts.ts';
import { NetworkTrouble } from './retry.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';
import { DEFAULT_SILENCE_MS, SIGNS_OF_LIFE, QUICK_CIPHERS, labelOf, type SshOptions } from './ssh-options.ts';

/** A socket's path may have 104 bytes, and ssh appends 17 while it makes one. */
const MAX_SOCKET_PATH_LENGTH = 85;
/** A master that lost us (killed) ends by itself after this. */
const IDLE_SECONDS = 60;

/** One OpenSSH connection that all rsync runs of a session share: one login, and the key is needed once. */
export class ControlMaster {
  readonly #options: SshOptions;
  readonly #key: LoadedKey;
  readonly #pins: readonly PinnedKey[];
  #folder: string | undefined;

  constructor(options: SshOptions, key: LoadedKey, pins: readonly PinnedKey[]) {
    this.#options = options;
    this.#key = key;
    this.#pins = pins;
  }

  /**
   * Connects where no connection stands.
   * @returns the control socket
   * @throws NetworkTrouble, or Failure where trying again cannot help
   */
  async connect(): Promise<string> {
    this.#folder ??= await makeShortFolder();
    const socket = join(this.#folder, 's');
    if (await this.#isAlive(socket)) return socket;
    await rm(socket, { force: true });
    const { privateDirectory, signal } = this.#options;
    const end = await withKeyFile(this.#key, privateDirectory, (paths) =>
      runProgram('ssh', this.#listArguments(socket, paths), this.#options),
    );
    if (end.code === 0) return socket;
    signal?.throwIfAborted();
    throw explainSshFailure(end, this.#options, this.#pins);
  }

  async close(): Promise<void> {
    if (this.#folder === undefined) return;
    const folder = this.#folder;
    this.#folder = undefined;
    const socket = join(folder, 's');
    if (await exists(socket)) await this.#command(socket, 'exit');
    await rm(folder, { recursive: true, force: true });
  }

  async #isAlive(socket: string): Promise<boolean> {
    if (!(await exists(socket))) return false;
    return this.#command(socket, 'check');
  }

  /** Speaks to the connection that stands, also when all else is being ended. */
  async #command(socket: string, word: 'check' | 'exit'): Promise<boolean> {
    const { environment } = this.#options;
    const args = ['-F', 'none', '-S', socket, '-O', word, 'vault'];
    return (await runProgram('ssh', args, environment ? { environment } : {})).code === 0;
  }

  #listArguments(socket: string, keyPaths: readonly string[]): string[] {
    const {
      host,
      port,
      user,
      knownHostsPath,
      connectTimeoutMs = 15_000,
      silenceMs = DEFAULT_SILENCE_MS,
    } = this.#options;
    const settings = {
      ControlMaster: 'yes',
      ControlPath: quoteSetting(socket),
      ControlPersist: String(IDLE_SECONDS),
      BatchMode: 'yes',
      IdentitiesOnly: 'yes',
      IdentityAgent: this.#key.kind === 'agent' ? quoteSetting(this.#key.socket) : 'none',
      PreferredAuthentications: 'publickey',
      Ciphers: `^${QUICK_CIPHERS.join(',')}`,
      StrictHostKeyChecking: 'yes',
      UserKnownHostsFile: quoteSetting(knownHostsPath),
      GlobalKnownHostsFile: '/dev/null',
      UpdateHostKeys: 'no',
      CheckHostIP: 'no',
      ConnectTimeout: String(Math.ceil(connectTimeoutMs / 1000)),
      ServerAliveInterval: String(Math.round(silenceMs / 1000 / SIGNS_OF_LIFE)),
      ServerAliveCountMax: String(SIGNS_OF_LIFE),
      ClearAllForwardings: 'yes',
      ForwardAgent: 'no',
      LogLevel: 'ERROR',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const keys = keyPaths.flatMap((path) => ['-i', path.replaceAll('%', '%%')]);
    return ['-F', 'none', ...options, ...keys, '-p', String(port), '-l', user, '-f', '-N', '-T', '--', host];
  }
}

function explainSshFailure(end: ProgramEnd, options: SshOptions, pins: readonly PinnedKey[]): Error {
  const label = labelOf(options);
  const said = printable(end.stderr).slice(-600);
  if (end.isMissing) {
    return new Failure(
      'vault',
      'the program ssh is missing on this host',
      'Install the package openssh-client on this host.',
    );
  }
  if (/host key verification failed|identification has changed/i.test(end.stderr)) {
    const [, shown] = /(SHA256:[A-Za-z0-9+/]{43})/.exec(end.stderr) ?? [];
    return describeMismatch(label, pins, shown);
  }
  if (/permission denied|too many authentication failures/i.test(end.stderr)) {
    const next = 'Compare "ssh-keygen -lf KEY.pub" with the authorized keys of that account on the backup server.';
    return new Failure('vault', `${label} does not accept the key: ${said}`, next);
  }
  const next = 'Check the network, the firewall and sshd on the backup server, then run the same command again.';
  return new NetworkTrouble(new Failure('vault', `no connection to ${label} for segments: ${said}`, next));
}

async function makeShortFolder(): Promise<string> {
  const parent = tmpdir().length + '/tc-XXXXXX/s'.length > MAX_SOCKET_PATH_LENGTH ? '/tmp' : tmpdir();
  return mkdtemp(join(parent, 'tc-'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** ssh reads settings as in its file: blanks end a value, and % begins a placeholder. */
function quoteSetting(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
