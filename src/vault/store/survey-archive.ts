import { createHash } from 'node:crypto';
import { ArchiveDamage } from '../../archive/archive-damage.ts';
import { drain } from '../../archive/byte-reader.ts';
import { showName } from '../../archive/entry-names.ts';
import { admitForeignEntries, type AdmittedEntry } from '../../archive/foreign-entries.ts';
import {
  MAX_FINDINGS_BYTES,
  type DumpSurveyor,
  type SurveyedDump,
  type SurveyHead,
} from '../../archive/foreign-survey.ts';
import { isFormerDump } from '../../archive/former-dump.ts';
import { gunzipStream } from '../../archive/gunzip-stream.ts';
import { SurveyLines } from '../../archive/survey-lines.ts';
import type { TocLine } from '../../archive/toc-line.ts';
import { DigestedStream } from './digested-stream.ts';

export interface SurveyOptions {
  name: string;
  /** The archive, once. */
  bytes: AsyncIterable<Uint8Array>;
  sizeBytes: number;
  surveyDump: DumpSurveyor;
  now: () => Date;
}

export interface Survey {
  head: SurveyHead;
  dumps: SurveyedDump[];
  /** Sorted lines of its entries. */
  lines: string[];
}

/** No platform has as many databases. Elsewhere than where dumps belong, more are looked at like any other file. */
const MAX_DUMPS = 1000;
const FOLDER_MODE = 0o755;

/**
 * Reads an archive of the former script once, strictly, in memory that does not grow with its content. What is wrong
 * with it is part of the survey; it is hashed to its end in any case.
 */
export async function surveyArchive(options: SurveyOptions): Promise<Survey> {
  const { name, sizeBytes, now } = options;
  const digested = new DigestedStream(options.bytes);
  const reading = new Reading(options.surveyDump);
  let fault: SurveyHead['fault'];
  try {
    const tar = gunzipStream(digested, name);
    for await (const entry of admitForeignEntries({ tar, maxBytes: Infinity })) await reading.add(entry);
  } catch (error) {
    if (!(error instanceof ArchiveDamage)) throw error;
    fault = { where: error.where, what: error.what };
  }
  const sha256 = await digested.finish();
  const { texts, leftovers } = reading.lines.finish((folder) => reading.implyFolder(folder));
  const { dumps, links, entries, contentBytes } = reading;
  return {
    head: {
      format: 3,
      name,
      sha256,
      sizeBytes,
      made: now().toISOString(),
      entries,
      contentBytes,
      dumps: dumps.length,
      ...(fault ? { fault } : {}),
      leftOut: { links, leftovers },
    },
    dumps,
    lines: texts,
  };
}

class Reading {
  readonly lines = new SurveyLines();
  readonly dumps: SurveyedDump[] = [];
  readonly links: SurveyHead['leftOut']['links'] = { count: 0 };
  entries = 0;
  contentBytes = 0;
  readonly #surveyDump: DumpSurveyor;
  #findingsBytes = 0;
  /** How many of the dumps lie where those of the former script do, and elsewhere. */
  #former = 0;
  #others = 0;
  /** For folders that the archive only implies: nothing tells their own. */
  #newestNs = 0n;

  constructor(surveyDump: DumpSurveyor) {
    this.#surveyDump = surveyDump;
  }

  async add({ ordinal, header, isOutside, body }: AdmittedEntry): Promise<void> {
    const { name, type, mode, uid, gid, mtimeNs, size, linkName } = header;
    this.entries = ordinal;
    this.contentBytes += size;
    if (mtimeNs > this.#newestNs) this.#newestNs = mtimeNs;
    if (isOutside) {
      if (this.links.count++ === 0) this.links.first = showName(name);
      return;
    }
    const digest = type === 'reg' ? await this.#read(ordinal, name, body) : undefined;
    this.lines.add({
      name,
      type,
      size,
      mtimeNs,
      mode,
      uid,
      gid,
      ...(linkName ? { linkName } : {}),
      ...(digest === undefined ? {} : { digest }),
      offset: ordinal,
    });
  }

  #keep(dump: SurveyedDump, name: Buffer): void {
    this.#findingsBytes += JSON.stringify(dump).length;
    if (this.#findingsBytes > MAX_FINDINGS_BYTES) {
      throw new ArchiveDamage(showName(name), 'its dumps name more than any platform has');
    }
    if (isFormerDump(name)) this.#former++;
    else this.#others++;
    if (this.#former > MAX_DUMPS) throw new ArchiveDamage(showName(name), `it holds more than ${MAX_DUMPS} dumps`);
    this.dumps.push(dump);
  }

  implyFolder(name: Buffer): TocLine {
    return { name, type: 'dir', mode: FOLDER_MODE, mtimeNs: this.#newestNs, offset: 0 };
  }

  async #read(ordinal: number, name: Buffer, body: AsyncIterable<Buffer>): Promise<string> {
    const hash = createHash('sha256');
    const pieces = (async function* (): AsyncGenerator<Buffer, void, undefined> {
      for await (const piece of body) {
        hash.update(piece);
        yield piece;
      }
    })();
    // Whoever looks at it may stop early: the rest is still to be hashed.
    const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
    if (name.toString('latin1').endsWith('.sql') && (this.#others < MAX_DUMPS || isFormerDump(name))) {
      const found = await this.#surveyDump(unclosed);
      if (found) this.#keep({ ordinal, ...found }, name);
    }
    await drain(unclosed);
    return hash.digest('hex');
  }
}
