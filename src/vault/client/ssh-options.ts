import type { Logger } from '../../logging/logger.ts';
import type { KeySource } from './keys.ts';

/** How a vault is reached over SSH. Paths are absolute. */
export interface SshOptions {
  host: string;
  port: number;
  user: string;
  /** The vault's directory on the server; used on a plain account only, else the forced command knows it. */
  directory: string;
  key: KeySource;
  /** The file that pins the server's host keys. */
  knownHostsPath: string;
  /** Upper limit for segments, in bytes a second. */
  bandwidthLimitBytes?: number;
  /** Our one-file bundle of the vault, copied to a plain account. */
  bundlePath: string;
  /** A folder of this run alone, 0700: a key that came as text lies there while OpenSSH needs it. */
  privateDirectory: string;
  log: Logger;
  /** The whole environment of ssh and rsync; absent: this program's own. */
  environment?: Record<string, string>;
  /** Ends connections and child programs. */
  signal?: AbortSignal;
  /** For each attempt to connect, until the login is done; 15 000 unless told. */
  connectTimeoutMs?: number;
  /** Attempts to connect or to upload, where trying again can help; 3 unless told. */
  attempts?: number;
  /** Before the second attempt; doubled for each further one. 1 000 unless told. */
  retryDelayMs?: number;
  /** How long the other side may be silent before the connection counts as lost; 60 000 unless told, not below 4 000. */
  silenceMs?: number;
}

/** The other side is asked for a sign of life so often before it is given up. */
export const SIGNS_OF_LIFE = 4;
export const DEFAULT_SILENCE_MS = 60_000;

/** Before each side's own choice: with the processor's instructions for AES they take a third of ChaCha20's time. */
export const QUICK_CIPHERS = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'] as const;

/** For messages. */
export function labelOf({ user, host, port }: SshOptions): string {
  return `${user}@${host}:${port}`;
}
