import { constants, copyFile, link, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { DumpSurveyor } from '../../archive/foreign-survey.ts';
import { messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { isDiskFull, isReadOnly } from '../../system/disk-room.ts';
import { readReply } from '../protocol/reply.ts';
import { serve } from '../server/serve.ts';
import { openStore, type Store, type StoreOptions } from '../store/layout.ts';
import type { DumpCheck } from '../store/verify.ts';
import { explainFullVault, explainReadOnlyVault } from './full-vault.ts';
import type { Call, Reply, Transport } from './transport.ts';

export interface LocalOptions extends StoreOptions {
  log: Logger;
  /** Judges the dumps of an archive that is verified in full. */
  checkDump?: DumpCheck;
  /** Looks at the dumps of an archive of the former script. */
  surveyDump?: DumpSurveyor;
  /** How long a seal waits for another one. */
  lockWaitMs?: number;
}

/** A first link of our own, and the one in the incoming area. */
const SEGMENT_LINKS = 2;

/**
 * A vault that is a directory of this host: the same words and the same store, without a connection.
 * @throws Failure `config` where the directory cannot be used.
 */
export async function openLocalTransport(options: LocalOptions): Promise<Transport> {
  const ownOptions = { ...options, segmentLinks: options.segmentLinks ?? SEGMENT_LINKS };
  return new LocalTransport(ownOptions, await openStore(ownOptions));
}

class LocalTransport implements Transport {
  readonly label: string;
  readonly #options: LocalOptions;
  readonly #store: Store;

  constructor(options: LocalOptions, store: Store) {
    this.label = options.directory;
    this.#options = options;
    this.#store = store;
  }

  async call({ words, body, progress }: Call): Promise<Reply> {
    const output = new PassThrough({ highWaterMark: 1024 * 1024 });
    const input = Readable.from(body ?? [], { objectMode: false });
    // It answers for its failures on `output`, and ends it in any case.
    void serve({ ...this.#options, role: 'owner', words, input, output }).finally(() => input.destroy());
    return await readReply(output, progress);
  }

  async upload(files: readonly string[]): Promise<{ sentBytes: number }> {
    await mkdir(this.#store.incoming, { recursive: true });
    let sentBytes = 0;
    for (const file of files) {
      sentBytes += await this.#place(file).catch((error: unknown) => {
        throw explainPlacing(error, this.label);
      });
    }
    return { sentBytes };
  }

  expectUpload(): void {}

  async close(): Promise<void> {}

  /** Links the file, or copies it from another file system; returns what had to be brought. */
  async #place(file: string): Promise<number> {
    const target = join(this.#store.incoming, basename(file));
    const { size } = await lstat(file);
    if ((await lstat(target).catch(() => undefined))?.size === size) return 0;
    const temporary = `${target}.${process.pid}.part`;
    try {
      await link(file, temporary).catch(() => copyFile(file, temporary, constants.COPYFILE_FICLONE));
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
    return size;
  }
}

/** What the vault's disk did to a segment, in the words that are used of a vault elsewhere. */
function explainPlacing(error: unknown, label: string): unknown {
  if (isDiskFull(error)) return explainFullVault(label, messageOf(error));
  return isReadOnly(error) ? explainReadOnlyVault(label, messageOf(error)) : error;
}
