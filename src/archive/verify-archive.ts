import { Failure, messageOf } from '../logging/failure.ts';
import { hashPassing, type ArchiveBytes } from './archive-bytes.ts';
import { ArchiveDamage, type Damage } from './archive-damage.ts';
import { locateIndex, readIndexEntry } from './archive-tail.ts';
import { drain } from './byte-reader.ts';
import type { SafeEntry } from './entry-guard.ts';
import type { Extent } from './extent.ts';
import { IndexReader } from './index-reader.ts';
import { surveyIndex, type IndexSurvey } from './index-survey.ts';
import { DUMP_FOLDER, README_NAME } from './layout.ts';
import { compareWithManifest } from './manifest-world.ts';
import type { Manifest } from './manifest.ts';
import { readExtents, type ReadExtent } from './read-extents.ts';
import { readManifest } from './read-manifest.ts';
import { chooseExtents } from './select-entries.ts';
import { SecondReader } from './second-reader.ts';
import { walkExtents } from './walk-extents.ts';

/** More damage than this is counted, not listed. */
const LISTED_DAMAGE = 1000;

export interface VerifyOptions {
  archive: ArchiveBytes;
  /** SHA-256 of the index, as the receipt has it. */
  index?: string;
  /** The vault's own copy of the index: with it, damage is listed by name though the archive's own index is lost. */
  openIndexCopy?: () => AsyncIterable<Uint8Array>;
  /** Judges a dump by its content; returns what is wrong with it. What it leaves unread is read for it. */
  checkDump?: (name: string, content: AsyncIterable<Buffer>, manifest: Manifest) => Promise<string[]>;
  /** Only footer, index and manifest are looked at: a matter of seconds, and no word on what the files hold. */
  skipsContent?: boolean;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface Verification {
  damage: Damage[];
  checked: { extents: number; entries: number; bytes: number; databases: string[]; tables: number };
  /** SHA-256 of the index that was read; absent where there is none. */
  index?: string;
  manifest?: Manifest;
  /** Extents that are damaged, the first of them; to be brought anew where `isExtentsOnly`. */
  damagedExtents: Extent[];
  /** There is damage, and none but that of extents. */
  isExtentsOnly: boolean;
}

/**
 * Verifies a whole archive: every digest, the tar as we and as others read it, the index, the manifest and the dumps.
 * Damage is the result, never an exception; it goes on behind damage and names everything that is hit.
 */
export async function verifyArchive(options: VerifyOptions): Promise<Verification> {
  return await new VerifyRun(options).run();
}

class VerifyRun {
  readonly #options: VerifyOptions;
  readonly #second = new SecondReader();
  readonly #checked = { extents: 0, entries: 0, bytes: 0, databases: [] as string[], tables: 0 };
  readonly #damage: Damage[] = [];
  readonly #damagedExtents: Extent[] = [];
  /** So many of the reports are about damaged extents. */
  #extentReports = 0;
  #unlisted = 0;
  #manifest: Manifest | undefined;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  async run(): Promise<Verification> {
    const known = await this.#findIndex();
    if (known) {
      await this.#checkStructure(known);
      if (this.#options.skipsContent) this.#countStructure(known.survey);
      else await this.#checkContent(known);
    }
    const reports = this.#damage.length + this.#unlisted;
    if (this.#unlisted > 0) this.#damage.push({ where: 'the archive', what: `${this.#unlisted} further damages` });
    return {
      damage: this.#damage,
      checked: this.#checked,
      ...(known ? { index: known.sha256 } : {}),
      ...(this.#manifest ? { manifest: this.#manifest } : {}),
      damagedExtents: this.#damagedExtents,
      isExtentsOnly: reports > 0 && reports === this.#extentReports,
    };
  }

  /** An index to go by: the archive's own where it is sound and the expected one, else the vault's copy. */
  async #findIndex(): Promise<KnownIndex | undefined> {
    const { archive, openIndexCopy } = this.#options;
    const own = await this.#attempt('the index', async () => {
      const offset = await locateIndex(archive);
      const known = await this.#survey(() => readIndexEntry(archive, offset));
      if (known.survey.endOffset !== offset) throw new TypeError('something stands between the extents and the index');
      return known;
    });
    if (own || !openIndexCopy) return own;
    return await this.#attempt('the copy of the index', () => this.#survey(openIndexCopy));
  }

  async #survey(open: () => AsyncIterable<Uint8Array>): Promise<KnownIndex> {
    let sha256 = '';
    let sizeBytes = 0;
    const passing = hashPassing(open(), (digest, size) => ([sha256, sizeBytes] = [digest, size]));
    const survey = await surveyIndex(await IndexReader.open(passing));
    await drain(passing);
    if (this.#options.index !== undefined && sha256 !== this.#options.index) {
      throw new TypeError(`its digest is ${sha256}; expected ${this.#options.index}`);
    }
    return { open, sha256, sizeBytes, survey };
  }

  async #checkStructure(known: KnownIndex): Promise<void> {
    const { archive } = this.#options;
    const { survey } = known;
    await this.#attempt('manifest.json', async () => {
      const index = await IndexReader.open(known.open());
      this.#manifest = await readManifest(archive, chooseExtents(index, survey.manifestExtents));
    });
    if (this.#manifest) compareWithManifest(this.#manifest, survey).forEach((damage) => this.#report(damage));
    if (!survey.topNames.has(README_NAME)) this.#report({ where: README_NAME, what: 'it is not there' });
  }

  #countStructure({ extents, entries, endOffset }: IndexSurvey): void {
    Object.assign(this.#checked, { extents, entries, bytes: this.#options.archive.sizeBytes - endOffset });
    for (const [name, { fingerprints }] of Object.entries(this.#manifest?.databases ?? {})) {
      this.#checked.databases.push(name);
      this.#checked.tables += Object.keys(fingerprints.tables).length;
    }
  }

  async #checkContent(known: KnownIndex): Promise<void> {
    const { archive } = this.#options;
    const { survey } = known;
    let sha256 = '';
    await this.#attempt('the archive', async () => {
      const passing = hashPassing(known.open(), (digest) => (sha256 = digest));
      const index = await IndexReader.open(passing);
      const bytes = archive.read(0, survey.endOffset);
      const extents = this.#count(readExtents(index.entries(), bytes), survey.endOffset);
      await walkExtents({ extents, visit: (entry) => this.#visit(entry), report: (damage) => this.#report(damage) });
      await drain(passing);
      // What was checked against is what was surveyed, byte for byte, or somebody is writing to the archive.
      if (sha256 !== known.sha256) throw new TypeError('its index changed while it was read');
    });
    if (this.#damage.length === 0) await this.#compareSecondReader(known);
  }

  async *#count(extents: AsyncIterable<ReadExtent>, totalBytes: number): AsyncGenerator<ReadExtent, void, undefined> {
    for await (const read of extents) {
      this.#checked.extents++;
      if (read.damage !== undefined) {
        if (this.#damagedExtents.length <= LISTED_DAMAGE) this.#damagedExtents.push(read.extent);
        // One for each entry in it, as whoever walks the extents tells it.
        this.#extentReports += Math.max(1, read.names.length);
      }
      this.#options.onProgress?.(read.extent.offset + read.extent.length, totalBytes);
      yield read;
      // By now its entries have been checked too.
      if (read.bytes && this.#damage.length === 0) this.#second.feed(read.bytes);
    }
  }

  async #visit({ header, body }: SafeEntry): Promise<void> {
    const name = header.name.toString('utf8');
    const { checkDump } = this.#options;
    if (checkDump && this.#manifest && header.type === 'reg' && name.startsWith(DUMP_FOLDER)) {
      for (const what of await checkDump(name, body, this.#manifest)) this.#report({ where: name, what });
    }
    // Reading to the end is what checks the chunks.
    await drain(body);
    this.#checked.entries++;
    this.#checked.bytes += header.size;
    const record = Object.entries(this.#manifest?.databases ?? {}).find(([, { dump }]) => dump === name);
    if (!record) return;
    this.#checked.databases.push(record[0]);
    this.#checked.tables += Object.keys(record[1].fingerprints.tables).length;
  }

  async #compareSecondReader({ survey, sizeBytes }: KnownIndex): Promise<void> {
    const { archive } = this.#options;
    const tail = archive.read(survey.endOffset, archive.sizeBytes - survey.endOffset);
    for await (const chunk of tail) this.#second.feed(chunk);
    await this.#second.finish();
    const { complaint, entries, contentBytes } = this.#second;
    const expected = [survey.entries + 1, survey.contentBytes + sizeBytes];
    const what =
      complaint !== undefined
        ? `another reader of tar refuses it (${complaint})`
        : `another reader of tar finds ${entries} entries of ${contentBytes} bytes, not ${expected.join(' of ')}`;
    if (complaint !== undefined || entries !== expected[0] || contentBytes !== expected[1]) {
      this.#report({ where: 'the archive', what });
    }
  }

  /** Turns what is thrown over damaged content into a finding; errors of reading the disk and the like pass. */
  async #attempt<T>(where: string, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (error instanceof ArchiveDamage) this.#report({ where: error.where, what: error.what });
      else if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) {
        this.#report({ where, what: messageOf(error) });
      } else if (error instanceof Failure && error.kind === 'damaged') this.#report({ where, what: error.message });
      else throw error;
      return undefined;
    }
  }

  #report(damage: Damage): void {
    if (this.#damage.length < LISTED_DAMAGE) this.#damage.push(damage);
    else this.#unlisted++;
  }
}

interface KnownIndex {
  open: () => AsyncIterable<Uint8Array>;
  sha256: string;
  sizeBytes: number;
  survey: IndexSurvey;
}
