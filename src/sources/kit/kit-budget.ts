import { Failure } from '../../logging/failure.ts';
import { formatBytes } from '../../logging/quantity-text.ts';

/** A kit is read and encrypted in memory, and is small: a few files that a restore needs besides data. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** How much a kit may hold. Whoever names a folder of data there is told before it is read. */
export class KitBudget {
  #bytes = 0n;
  #entries = 0;

  /** @throws Failure `config`. */
  takeBytes(bytes: bigint, name: Buffer): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) throw tooMuch(`more than ${formatBytes(MAX_BYTES)}, with ${name.toString()}`);
  }

  /** @throws Failure `config`. */
  takeEntry(): void {
    if (++this.#entries > MAX_ENTRIES) throw tooMuch(`more than ${MAX_ENTRIES} files and folders`);
  }
}

function tooMuch(what: string): Failure {
  const next = 'Name only what a restore needs besides data in recovery:, and protect folders of data with files:.';
  return new Failure('config', `the recovery kit would hold ${what}`, next);
}
