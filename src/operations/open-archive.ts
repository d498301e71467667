import type { SafeEntry } from '../archive/entry-guard.ts';
import type { Manifest, Place } from '../archive/manifest.ts';
import type { Selection } from '../archive/select-entries.ts';
import type { TocLine } from '../archive/toc-line.ts';
import type { ArchiveSummary } from '../vault/vault-client.ts';
import type { ForeignAppraisal } from './foreign/appraisal.ts';

/**
 * An archive in the vault, opened to be read: what a restore, a listing or a comparison needs of it, whoever made it.
 * Names are those of our own archives (`uploads/…`, `db/app.sql`); where the former script made it, what the
 * configuration maps has such a name, and all else keeps its own.
 */
export interface OpenArchive {
  readonly name: string;
  /** SHA-256 that the vault's ledger has of it: of its index, or of the whole file of the former script's. */
  readonly identity: string;
  /** The team's former script made it: nothing is known of it but what it says of itself. */
  readonly isForeign: boolean;
  /** What is to be thought of it; of a foreign one alone. */
  readonly appraisal?: ForeignAppraisal;
  /** What the newest verification of it came to, by the vault's clock; undefined where there was none. */
  readonly verdict: ArchiveSummary['verdict'];
  /** Bytes of the archive fetched so far. */
  readonly fetchedBytes: number;

  /** All entries' lines in archive order; further chunks of large entries are left out. */
  lines(): AsyncIterable<TocLine>;

  /** Finds what has to be fetched for the wanted entries. */
  select(wants: (name: Buffer) => boolean): Promise<Selection>;

  /** Fetches what the wanted entries take and yields them, with the files that wanted hard links lead to. */
  entries(wants: (name: Buffer) => boolean): AsyncIterable<SafeEntry>;

  /** The content of one entry, streamed; nothing where the archive does not hold it. */
  content(name: string): AsyncIterable<Buffer>;

  /** Parts of one entry's content, which ascend and do not overlap, one after the other; no more of it than need be is fetched. */
  parts(name: string, places: readonly Place[]): AsyncIterable<Buffer>;

  /** The content of one small entry; throws a Failure where the archive does not hold it. */
  text(name: string): Promise<string>;

  manifest(): Promise<Manifest>;

  /** Gives back what reading it took. */
  close(): Promise<void>;
}
