import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Segment } from '../../archive/segment-lane.ts';
import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';
import { describeRoom } from '../../system/disk-room.ts';
import type { VaultClient } from '../../vault/vault-client.ts';

/** Segments may take this much of the staging directory before their producers have to wait, in bytes. */
const STAGING_BUDGET_BYTES = 384 * 1024 * 1024;
/**
 * So much is awaited before a transfer begins: each costs two programs here and three there, and the few
 * segments that most nights have go in a single one.
 */
const LEAST_TRANSFER_BYTES = 128 * 1024 * 1024;

/**
 * Sends segments while the next are being built, several in one transfer where several are waiting. What lies in the
 * vault's incoming area already, whole, is not sent again.
 */
export class Uploader {
  readonly #vault: VaultClient;
  readonly #incoming: Readonly<Record<string, number>>;
  readonly #waiting: Segment[] = [];
  /** Names taken so far. The same new content twice gives one name twice: it is sent once. */
  readonly #taken = new Set<string>();
  readonly #pendingPaths = new Set<string>();
  #stagedBytes = 0;
  #waitingBytes = 0;
  #isComplete = false;
  #sentBytes = 0;
  #transfer: Promise<void> | undefined;
  #failure: { error: unknown } | undefined;
  #roomMade: (() => void)[] = [];

  constructor(vault: VaultClient, incoming: Readonly<Record<string, number>>) {
    this.#vault = vault;
    this.#incoming = incoming;
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Takes a finished segment; resolves when there is room for another. Throws what an earlier transfer failed with. */
  async deliver(segment: Segment): Promise<void> {
    this.#throwIfFailed();
    const name = basename(segment.path);
    const isThere = this.#incoming[name] === segment.sizeBytes;
    if (isThere || this.#taken.has(name)) {
      // A twin in the same folder has taken the place of the one that is still to be sent.
      if (!this.#pendingPaths.has(segment.path)) await rm(segment.path, { force: true });
      return;
    }
    this.#taken.add(name);
    this.#pendingPaths.add(segment.path);
    this.#waiting.push(segment);
    this.#stagedBytes += segment.sizeBytes;
    this.#waitingBytes += segment.sizeBytes;
    this.#begin();
    while (this.#stagedBytes > STAGING_BUDGET_BYTES && !this.#failure) {
      await new Promise<void>((resolve) => this.#roomMade.push(resolve));
    }
    this.#throwIfFailed();
  }

  /** Resolves when everything delivered lies in the vault's incoming area. */
  async finish(): Promise<void> {
    this.#isComplete = true;
    this.#begin();
    await this.#transfer;
    this.#throwIfFailed();
  }

  #begin(): void {
    if (!this.#failure && this.#isWorthwhile()) this.#transfer ??= this.#run();
  }

  #isWorthwhile(): boolean {
    return this.#waiting.length > 0 && (this.#isComplete || this.#waitingBytes >= LEAST_TRANSFER_BYTES);
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #run(): Promise<void> {
    try {
      while (this.#isWorthwhile()) {
        const batch = this.#waiting.splice(0);
        this.#waitingBytes = 0;
        const { sentBytes } = await this.#upload(batch);
        this.#sentBytes += sentBytes;
        for (const { path, sizeBytes } of batch) {
          this.#pendingPaths.delete(path);
          await rm(path, { force: true });
          this.#stagedBytes -= sizeBytes;
        }
        this.#wakeProducers();
      }
    } catch (error) {
      this.#failure = { error };
      this.#wakeProducers();
    } finally {
      this.#transfer = undefined;
    }
  }

  async #upload(batch: readonly Segment[]): Promise<{ sentBytes: number }> {
    try {
      return await this.#vault.upload(batch.map(({ path }) => path));
    } catch (error) {
      throw await this.#addFigures(error, [...batch, ...this.#waiting]);
    }
  }

  /** With what a vault that took no more has free, and what was still to be sent to it. */
  async #addFigures(error: unknown, segments: readonly Segment[]): Promise<unknown> {
    if (!(error instanceof Failure && error.kind === 'space')) return error;
    const greeting = await this.#vault.hello().catch(() => undefined);
    if (!greeting) return error;
    const { incoming } = greeting;
    const missingOf = ({ path, sizeBytes }: Segment) => Math.max(0, sizeBytes - (incoming[basename(path)] ?? 0));
    const missingBytes = segments.reduce((sum, segment) => sum + missingOf(segment), 0);
    const figures = `${describeRoom(greeting)} there, need ${formatBytes(missingBytes)} for what waits to be sent`;
    return new Failure('space', `${error.message} (${figures})`, error.next, { cause: error });
  }

  #wakeProducers(): void {
    for (const wake of this.#roomMade.splice(0)) wake();
  }
}
