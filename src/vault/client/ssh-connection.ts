import './dirname.ts';

import { NodeSSH } from 'node-ssh';
import ssh2 from 'ssh2';

import { explainConnectFailure } from './connect-failure.ts';
import type { LoadedKey } from './keys.ts';
import { describeMismatch, fingerprint, type PinnedKey } from './known-hosts.ts';
import { retryOnTrouble } from './retry.ts';
import { DEFAULT_SILENCE_MS, SIGNS_OF_LIFE, QUICK_CIPHERS, labelOf, type SshOptions } from './ssh-options.ts';

const HOST_KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

/**
 * Opens the control connection. The host key is compared before anything of ours is sent, the login is by key alone.
 * @throws Failure `vault` with the next step, after a bounded number of attempts where trying again can help.
 */
export async function openConnection(
  options: SshOptions,
  key: LoadedKey,
  pins: readonly PinnedKey[],
): Promise<ssh2.Client> {
  return retryOnTrouble(options, () => connectOnce(options, key, pins));
}

async function connectOnce(options: SshOptions, key: LoadedKey, pins: readonly PinnedKey[]): Promise<ssh2.Client> {
  let shown: Buffer | undefined;
  const ssh = new NodeSSH();
  const pending = ssh.connect({
    host: options.host,
    port: options.port,
    username: options.user,
    ...(key.kind === 'agent' ? { agent: new ChosenKeys(key.socket, key.publicKeys) } : { privateKey: key.text }),
    readyTimeout: options.connectTimeoutMs ?? 15_000,
    keepaliveInterval: (options.silenceMs ?? DEFAULT_SILENCE_MS) / SIGNS_OF_LIFE,
    keepaliveCountMax: SIGNS_OF_LIFE,
    algorithms: { serverHostKey: orderTypes(pins), cipher: { prepend: [...QUICK_CIPHERS], append: [], remove: [] } },
    hostVerifier: (blob: Buffer) => {
      shown = blob;
      return pins.some((pin) => pin.blob.equals(blob));
    },
  });
  const client = ssh.connection;
  // node-ssh stops listening once the connection is up: an error nobody hears would end the program.
  client?.on('error', () => undefined);
  const abort = (): void => void client?.destroy();
  options.signal?.addEventListener('abort', abort);
  client?.once('close', () => options.signal?.removeEventListener('abort', abort));
  try {
    await pending;
    if (!client) throw new Error('no connection');
    return client;
  } catch (error) {
    client?.destroy();
    options.signal?.throwIfAborted();
    const isPinned = shown !== undefined && pins.some((pin) => pin.blob.equals(shown as Buffer));
    if (shown && !isPinned) throw describeMismatch(labelOf(options), pins, fingerprint(shown));
    throw explainConnectFailure(error, options);
  }
}

/**
 * The pinned types first, so that a server which has them shows them. The others follow only so that a wrong server's
 * key can be named in the message: the verifier accepts pinned keys alone.
 */
function orderTypes(pins: readonly PinnedKey[]): (typeof HOST_KEY_TYPES)[number][] {
  const isPinned = (type: string): boolean =>
    pins.some((pin) => pin.type === type || (pin.type === 'ssh-rsa' && type.startsWith('rsa-')));
  return [...HOST_KEY_TYPES.filter(isPinned), ...HOST_KEY_TYPES.filter((type) => !isPinned(type))];
}

/** An agent that offers the fit keys alone: servers count the others as failed attempts. */
class ChosenKeys extends ssh2.OpenSSHAgent {
  readonly #chosen: readonly Buffer[];

  constructor(socket: string, chosen: readonly Buffer[]) {
    super(socket);
    this.#chosen = chosen;
  }

  override getIdentities(done: ssh2.IdentityCallback<ssh2.ParsedKey>): void {
    super.getIdentities((error, keys) => {
      const parsed = (keys ?? []) as ssh2.ParsedKey[];
      done(
        error,
        parsed.filter((key) => this.#chosen.some((blob) => blob.equals(key.getPublicSSH()))),
      );
    });
  }
}
