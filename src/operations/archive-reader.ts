import type { Readable } from 'node:stream';
import type { SafeEntry } from '../archive/entry-guard.ts';
import { cutParts, readParts, selectParts } from '../archive/entry-parts.ts';
import { MANIFEST_NAME } from '../archive/layout.ts';
import type { Manifest, Place } from '../archive/manifest.ts';
import { parseManifest } from '../archive/manifest-check.ts';
import { readOwnEntries } from '../archive/own-entries.ts';
import { readExtents } from '../archive/read-extents.ts';
import { chooseExtents, mergeRanges, selectEntries, type Selection } from '../archive/select-entries.ts';
import { parseTocLine, type TocLine } from '../archive/toc-line.ts';
import { Failure } from '../logging/failure.ts';
import type { ArchiveSummary, VaultClient } from '../vault/vault-client.ts';
import type { IndexCache } from './backup/base-index.ts';
import type { OpenArchive } from './open-archive.ts';

/** What has to be known of an archive that is to be read. */
export type ReadableArchive = Pick<ArchiveSummary, 'name' | 'index' | 'verdict'>;

/** One of our archives, read by its index: only the extents that are needed are fetched, and each is checked. */
export class ArchiveReader implements OpenArchive {
  readonly name: string;
  readonly identity: string;
  readonly isForeign = false;
  readonly verdict: OpenArchive['verdict'];
  readonly #vault: VaultClient;
  readonly #cache: IndexCache;
  readonly #indexPath: string;
  #fetchedBytes = 0;

  private constructor(
    { name, verdict }: ReadableArchive,
    index: string,
    vault: VaultClient,
    cache: IndexCache,
    indexPath: string,
  ) {
    this.name = name;
    this.identity = index;
    this.verdict = verdict;
    this.#vault = vault;
    this.#cache = cache;
    this.#indexPath = indexPath;
  }

  /** Obtains the archive's index, by the digest that the vault's ledger names. */
  static async open(vault: VaultClient, cache: IndexCache, archive: ReadableArchive): Promise<ArchiveReader> {
    const { name, index } = archive;
    if (index === undefined) {
      throw new Failure(
        'refused',
        `${name} was made by the team's former script: it has no index`,
        `Fetch it (fetch ${name}) and unpack it with tar.`,
      );
    }
    return new ArchiveReader(archive, index, vault, cache, await cache.obtain(vault, { name, index }));
  }

  get fetchedBytes(): number {
    return this.#fetchedBytes;
  }

  async *lines(): AsyncGenerator<TocLine, void, undefined> {
    const reader = await this.#cache.open(this.#indexPath);
    for await (const { lines } of reader.entries()) {
      for (const line of lines.map(parseTocLine)) if (line.type !== 'chunk') yield line;
    }
  }

  async select(wants: (name: Buffer) => boolean): Promise<Selection> {
    return await selectEntries(() => this.#cache.open(this.#indexPath), wants);
  }

  async *entries(wants: (name: Buffer) => boolean): AsyncGenerator<SafeEntry, void, undefined> {
    const { ordinals, ranges, linkTargets } = await this.select(wants);
    if (ordinals.length === 0) return;
    const chosen = chooseExtents(await this.#cache.open(this.#indexPath), ordinals);
    const bytes = await this.#vault.readRanges(this.name, ranges);
    try {
      yield* readOwnEntries(readExtents(chosen, this.#count(bytes)), {
        wants: (name) => wants(name) || linkTargets.has(name.toString('latin1')),
      });
    } finally {
      bytes.destroy();
    }
  }

  async *content(name: string): AsyncGenerator<Buffer, void, undefined> {
    const wanted = Buffer.from(name);
    for await (const { body } of this.entries((entry) => entry.equals(wanted))) yield* body;
  }

  async *parts(name: string, places: readonly Place[]): AsyncGenerator<Buffer, void, undefined> {
    const wanted = Buffer.from(name);
    const index = await this.#cache.open(this.#indexPath);
    const selection = await selectParts(index, wanted, places);
    if (!selection) return yield* cutParts(this.content(name), places);
    const chosen = chooseExtents(await this.#cache.open(this.#indexPath), selection.ordinals);
    const bytes = await this.#vault.readRanges(this.name, mergeRanges(index.extents, selection.ordinals));
    try {
      yield* readParts(readExtents(chosen, this.#count(bytes)), selection, wanted, places);
    } finally {
      bytes.destroy();
    }
  }

  async text(name: string): Promise<string> {
    const pieces: Buffer[] = [];
    for await (const piece of this.content(name)) pieces.push(piece);
    if (pieces.length === 0) {
      throw new Failure(
        'damaged',
        `${this.name} holds no ${name}`,
        'Verify it (verify --level full), or choose another archive.',
      );
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  async manifest(): Promise<Manifest> {
    return parseManifest(await this.text(MANIFEST_NAME));
  }

  async close(): Promise<void> {}

  async *#count(bytes: Readable): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      this.#fetchedBytes += chunk.length;
      yield chunk;
    }
  }
}
