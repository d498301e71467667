import type { Readable } from 'node:stream';

/** One request to a vault. */
export interface Call {
  /** A word of the protocol and its arguments, all of `src/vault/protocol/words.ts`'s alphabet: no quoting anywhere. */
  words: readonly string[];
  /** Sent on standard input, to its end; absent: standard input is closed at once. */
  body?: AsyncIterable<Uint8Array>;
  progress?: (done: number, total: number) => void;
}

/** What the vault answered: `readReply` (`src/vault/protocol/reply.ts`) makes it from the call's standard output. */
export interface Reply {
  result: unknown;
  /** Exactly as long as the vault announced, else it ends with an error. Must be read to its end or destroyed. */
  body?: Readable;
}

/** A way to a vault: SSH, or a function call where the vault is a directory of this host. */
export interface Transport {
  /** For messages: `skills-backup@172.16.95.98:4660`, or the directory. */
  readonly label: string;
  /** Throws the vault's own Failure, or one of kind `vault` where no answer came. */
  call(call: Call): Promise<Reply>;
  /** Brings segment files into the vault's incoming area under their own names, resuming what was cut; bytes sent. */
  upload(files: readonly string[]): Promise<{ sentBytes: number }>;
  /** Says that an upload will follow: what it needs may be made ready meanwhile. Failures are told by the upload. */
  expectUpload(): void;
  close(): Promise<void>;
}
