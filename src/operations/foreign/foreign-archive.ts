import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ArchiveBytes } from '../../archive/archive-bytes.ts';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import type { SafeEntry } from '../../archive/entry-guard.ts';
import { cutParts } from '../../archive/entry-parts.ts';
import { showName } from '../../archive/entry-names.ts';
import { admitForeignEntries } from '../../archive/foreign-entries.ts';
import { gunzipStream } from '../../archive/gunzip-stream.ts';
import type { Manifest, Place } from '../../archive/manifest.ts';
import type { Selection } from '../../archive/select-entries.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { Failure } from '../../logging/failure.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { ForeignAppraisal } from './appraisal.ts';
import { DigestTable } from './digest-table.ts';
import type { ForeignLayout } from './layout.ts';
import type { MappedLines } from './mapped-lines.ts';
import type { SurveyAbout } from './survey-file.ts';

/** All that a survey and the configuration say of an archive that we did not make. */
export interface ForeignFindings {
  name: string;
  sha256: string;
  sizeBytes: number;
  verdict: OpenArchive['verdict'];
  about: SurveyAbout;
  layout: ForeignLayout;
  lines: MappedLines;
  appraisal: ForeignAppraisal;
  /** Asks the servers of its databases; once. */
  describe: () => Promise<{ manifest: Manifest; globals: ReadonlyMap<string, string> }>;
  /** Fetches the whole archive; once, and only where its content is wanted. */
  fetchCopy: (count: (bytes: number) => void) => Promise<{ bytes: ArchiveBytes; file: FileHandle }>;
}

/**
 * An archive of the former script, read as foreign input. What it holds is known from the vault's survey; its bytes are
 * fetched once, whole, and compared with the ledger's digest; every file that is taken out of them with the survey's.
 */
export class ForeignArchive implements OpenArchive {
  readonly name: string;
  readonly identity: string;
  readonly isForeign = true;
  readonly verdict: OpenArchive['verdict'];
  readonly appraisal: ForeignAppraisal;
  fetchedBytes = 0;
  readonly #findings: ForeignFindings;
  #copy: ReturnType<ForeignFindings['fetchCopy']> | undefined;
  #digests: Promise<DigestTable> | undefined;
  #description: ReturnType<ForeignFindings['describe']> | undefined;

  constructor(findings: ForeignFindings) {
    this.name = findings.name;
    this.identity = findings.sha256;
    this.verdict = findings.verdict;
    this.appraisal = findings.appraisal;
    this.#findings = findings;
  }

  lines(): AsyncGenerator<TocLine, void, undefined> {
    return this.#findings.lines.read();
  }

  async select(wants: (name: Buffer) => boolean): Promise<Selection> {
    const linkTargets = new Set<string>();
    let [entries, contentBytes] = [0, 0];
    for await (const { name, type, size = 0, linkName } of this.lines()) {
      if (!wants(name)) continue;
      entries++;
      contentBytes += size;
      if (type === 'hardlink' && linkName && !wants(linkName)) linkTargets.add(linkName.toString('latin1'));
    }
    const ranges = entries === 0 ? [] : [{ offset: 0, length: this.#findings.sizeBytes }];
    return { ordinals: [], ranges, entries, contentBytes, linkTargets };
  }

  async *entries(wants: (name: Buffer) => boolean): AsyncGenerator<SafeEntry, void, undefined> {
    const { layout, lines, about } = this.#findings;
    const { entries, linkTargets } = await this.select(wants);
    if (entries === 0) return;
    let missing = entries + linkTargets.size;
    for await (const line of this.lines()) {
      // Folders that the archive only implies: nothing in it stands for them.
      if (line.offset !== 0 || !wants(line.name)) continue;
      missing--;
      yield { header: headerOf(line), body: nothing() };
    }
    const digests = await (this.#digests ??= DigestTable.read(about.head.entries, this.lines()));
    const { bytes } = await (this.#copy ??= this.#findings.fetchCopy((count) => (this.fetchedBytes += count)));
    const tar = gunzipStream(bytes.read(0, bytes.sizeBytes), this.name);
    for await (const entry of admitForeignEntries({ tar, maxBytes: about.head.contentBytes })) {
      if (missing === 0) return;
      const { header, ordinal } = entry;
      const name = digests.has(ordinal) ? layout.rename(header.name) : undefined;
      if (!name || !(wants(name) || linkTargets.has(name.toString('latin1')))) continue;
      missing--;
      const linkName = header.type === 'hardlink' && header.linkName ? layout.rename(header.linkName) : header.linkName;
      yield {
        header: { ...lines.mask(header), name, ...(linkName ? { linkName } : {}) },
        body: header.type === 'reg' ? check(entry.body, digests.get(ordinal), header.name) : entry.body,
      };
    }
    if (missing > 0) throw new ArchiveDamage(this.name, `it lacks ${missing} entries that the survey has`);
  }

  async *content(name: string): AsyncGenerator<Buffer, void, undefined> {
    const wanted = Buffer.from(name);
    for await (const { body } of this.entries((entry) => entry.equals(wanted))) yield* body;
  }

  parts(name: string, places: readonly Place[]): AsyncGenerator<Buffer, void, undefined> {
    return cutParts(this.content(name), places);
  }

  async text(name: string): Promise<string> {
    const roles = (await this.#describe()).globals.get(name);
    if (roles !== undefined) return roles;
    const pieces: Buffer[] = [];
    for await (const piece of this.content(name)) pieces.push(piece);
    if (pieces.length > 0) return Buffer.concat(pieces).toString('utf8');
    throw new Failure('damaged', `${this.name} holds no ${name}`, 'Choose another archive.');
  }

  async manifest(): Promise<Manifest> {
    return (await this.#describe()).manifest;
  }

  async close(): Promise<void> {
    await this.#findings.lines.close();
    const copy = await this.#copy?.catch(() => undefined);
    await copy?.file.close();
  }

  #describe(): ReturnType<ForeignFindings['describe']> {
    return (this.#description ??= this.#findings.describe());
  }
}

function headerOf({ name, type, mode = 0, uid = 0, gid = 0, mtimeNs = 0n }: TocLine): SafeEntry['header'] {
  return { name, type: type === 'chunk' ? 'reg' : type, mode, uid, gid, mtimeNs, size: 0 };
}

async function* nothing(): AsyncGenerator<Buffer, void, undefined> {}

async function* check(
  body: AsyncIterable<Buffer>,
  digest: string,
  name: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
  if (hash.digest('hex') === digest) return;
  throw new ArchiveDamage(showName(name), 'its content is not what the vault found in it');
}
