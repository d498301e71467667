import { ControlMaster } from './control-master.ts';
import type { LoadedKey } from './keys.ts';
import type { PinnedKey } from './known-hosts.ts';
import { retryOnTrouble } from './retry.ts';
import { explainRsyncFailure, listRsyncArguments, readSentBytes } from './rsync.ts';
import { runProgram } from './run-program.ts';
import { labelOf, type SshOptions } from './ssh-options.ts';

/** The rsync runs of a session, one after the other, over one OpenSSH connection. */
export class RsyncSession {
  readonly #options: SshOptions;
  readonly #master: ControlMaster;
  readonly #closing = new AbortController();
  /** Two runs at once would both bring the connection up. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SshOptions, key: LoadedKey, pins: readonly PinnedKey[]) {
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    this.#options = { ...options, signal };
    this.#master = new ControlMaster(this.#options, key, pins);
  }

  /**
   * Brings files into the vault's incoming area; what was cut is gone on with, now or by the next session. That rsync
   * is content proves nothing: the seal checks every digest.
   * @param remoteRsync stands in for `rsync` on the other side
   * @returns bytes sent by the run that succeeded
   * @throws Failure `vault` or `space`
   */
  upload(files: readonly string[], remoteRsync?: string): Promise<{ sentBytes: number }> {
    const run = this.#last.then(() => retryOnTrouble(this.#options, () => this.#uploadOnce(files, remoteRsync)));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Connects beside whatever else is done; where that fails, the upload connects again, and tells why. */
  connect(): void {
    this.#last = this.#last.then(() => this.#master.connect()).catch(() => undefined);
  }

  /** Ends what still runs. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the connection to the vault is closed'));
    await this.#last;
    await this.#master.close();
  }

  async #uploadOnce(files: readonly string[], remoteRsync?: string): Promise<{ sentBytes: number }> {
    const { bandwidthLimitBytes, signal } = this.#options;
    const socket = await this.#master.connect();
    const args = listRsyncArguments({
      files,
      socket,
      ...(remoteRsync === undefined ? {} : { remoteRsync }),
      ...(bandwidthLimitBytes === undefined ? {} : { bandwidthLimitBytes }),
    });
    const end = await runProgram('rsync', args, this.#options);
    if (end.code === 0) return { sentBytes: readSentBytes(end.stdout) };
    signal?.throwIfAborted();
    throw explainRsyncFailure(end, labelOf(this.#options));
  }
}
