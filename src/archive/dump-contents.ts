import { createHash, type Hash } from 'node:crypto';
import { DUMP_FOLDER } from './layout.ts';
import { parseTocLine } from './toc-line.ts';

/** The chunk of psql's `\restrict` line, which begins a dump, is shorter; no dump without it begins with one so short. */
const KEY_CHUNK_BYTES = 512;

/** One dump, or file of roles, as an index knows it. */
export interface DumpContent {
  sizeBytes: number;
  /** Equal where the SQL is equal; psql's `\restrict` and `\unrestrict` lines, whose key is random, are left aside. */
  identity: string;
}

interface Dump {
  sizeBytes: number;
  digest: string;
  chunks: number;
  firstBytes: number;
  /** Over all chunks between the first and the last. */
  between: Hash;
  last: { bytes: number; digest: string };
}

/** Reads from an index's lines, as they pass, whether a dump is the same as in another archive. */
export class DumpContents {
  readonly #dumps = new Map<string, Dump>();

  /** A line of the index, in its order. */
  add(text: string): void {
    const { name, type, size = 0, digest = '', chunkSize, chunkDigest = '' } = parseTocLine(text);
    const key = name.toString('utf8');
    if (!key.startsWith(DUMP_FOLDER)) return;
    if (type === 'reg') {
      const firstBytes = chunkSize ?? size;
      const last = { bytes: firstBytes, digest: chunkDigest };
      this.#dumps.set(key, { sizeBytes: size, digest, chunks: 1, firstBytes, between: createHash('sha256'), last });
    } else if (type === 'chunk') {
      const dump = this.#dumps.get(key);
      if (!dump) return;
      if (dump.chunks++ > 1) dump.between.update(`${dump.last.bytes} ${dump.last.digest}\n`);
      dump.last = { bytes: chunkSize ?? 0, digest: chunkDigest };
    }
  }

  /** By name in the archive. */
  list(): Map<string, DumpContent> {
    return new Map(
      [...this.#dumps].map(([name, dump]) => [name, { sizeBytes: dump.sizeBytes, identity: identify(dump) }]),
    );
  }
}

/** A dump that begins with a `\restrict` line ends with the chunk of its `\unrestrict` line. */
function identify({ digest, chunks, firstBytes, between, last }: Dump): string {
  if (chunks < 3 || firstBytes >= KEY_CHUNK_BYTES) return `whole ${digest}`;
  return `between ${firstBytes} ${last.bytes} ${between.copy().digest('hex')}`;
}
