import { constants, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { DumpSurveyor, SurveyHead } from '../../archive/foreign-survey.ts';
import { gunzipStream } from '../../archive/gunzip-stream.ts';
import { Failure } from '../../logging/failure.ts';
import { removeUnfinished, writeDurably } from '../../system/durable-file.ts';
import { acquireLock } from '../../system/lock.ts';
import { openArchive } from './archive-file.ts';
import { surveyingLockPath, surveyPath, type Store } from './layout.ts';
import { listLedgerArchives, readLedger, type LedgerLine } from './ledger.ts';
import { readRange } from './read-range.ts';
import { surveyArchive, type Survey } from './survey-archive.ts';
import { NO_INDEX, recordVerdict } from './verdicts.ts';

export interface ObtainOptions {
  store: Store;
  name: string;
  surveyDump: DumpSurveyor;
  progress: (doneBytes: number, totalBytes: number) => void;
  /** How long to wait for another one that is being made. */
  lockWaitMs?: number;
}

/** A survey of a large archive takes minutes, and each takes memory for itself. */
const DEFAULT_LOCK_WAIT_MS = 900_000;
const LINES_AT_ONCE = 4096;
const NEWLINE = 0x0a;

/**
 * The survey of an archive of the former script, open for reading; made where there is none yet, and kept. One is made
 * at a time, and gets its name when it is whole.
 * @throws Failure `vault` where the ledger knows no such archive, `damaged` where it is not what was adopted, `locked`
 * where another survey does not end in time.
 */
export async function obtainSurvey(options: ObtainOptions): Promise<{ line: ForeignLine; file: FileHandle }> {
  const { store, name, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
  const line = await findForeign(store, name);
  const path = surveyPath(store, name);
  const known = await openSurvey(path, line);
  if (known) return { line, file: known };
  const lock = await acquireLock(surveyingLockPath(store), { holder: `survey of ${name}`, waitMs: lockWaitMs });
  try {
    const made = await openSurvey(path, line);
    if (made) return { line, file: made };
    await removeUnfinished(dirname(path), () => true);
    const survey = await makeSurvey(options);
    if (survey.head.sha256 !== line.sha256) throw await refuseOther(store, line, survey.head);
    await writeSurvey(path, survey);
    // It may have been retired meanwhile: its line in the ledger comes before what is kept beside it goes.
    await findForeign(store, name).catch(async (error: unknown) => {
      await removeSurvey(store, name);
      throw error;
    });
  } finally {
    lock.release();
  }
  const file = await openSurvey(path, line);
  if (file) return { line, file };
  throw new Failure('vault', `the survey of ${name} could not be read again`, 'Look at the disk of the backup server.');
}

/**
 * Reads an archive of the former script from its beginning to its end, whatever is known of it: one at a time, as surveys
 * are made.
 * @throws Failure `vault` where the ledger knows no such archive, `locked` where another reading does not end in time.
 */
export async function readThrough(options: ObtainOptions): Promise<{ line: ForeignLine; survey: Survey }> {
  const { store, name, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
  const line = await findForeign(store, name);
  const lock = await acquireLock(surveyingLockPath(store), { holder: `verification of ${name}`, waitMs: lockWaitMs });
  try {
    return { line, survey: await makeSurvey(options) };
  } finally {
    lock.release();
  }
}

/** What the survey of an archive begins with; undefined where there is none yet. */
export async function readKnownSurvey(store: Store, line: ForeignLine): Promise<SurveyHead | undefined> {
  const file = await openSurvey(surveyPath(store, line.name), line);
  try {
    return file && (await readHead(file));
  } finally {
    await file?.close();
  }
}

/** No error where there is none: names of what is removed are not to outlive it. */
export async function removeSurvey(store: Store, name: string): Promise<void> {
  await rm(surveyPath(store, name), { force: true });
}

export type ForeignLine = LedgerLine & { sha256: string };

/** The ledger's line of an archive of the former script. */
export async function findForeign(store: Store, name: string): Promise<ForeignLine> {
  const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
  const { sha256 } = line ?? {};
  if (line?.action === 'foreign' && sha256 !== undefined) return { ...line, sha256 };
  throw new Failure(
    'vault',
    line ? `${name} is an archive of ours: it has an index, and no survey` : `the vault holds no archive ${name}`,
    'list shows the archives, and which of them are ours.',
  );
}

async function makeSurvey({ store, name, surveyDump, progress }: ObtainOptions): Promise<Survey> {
  const archive = await openArchive(store, name);
  try {
    const { sizeBytes } = archive;
    const bytes = (async function* (): AsyncGenerator<Buffer, void, undefined> {
      let doneBytes = 0;
      for await (const piece of archive.read(0, sizeBytes)) {
        yield piece;
        progress((doneBytes += piece.length), sizeBytes);
      }
    })();
    return await surveyArchive({ name, bytes, sizeBytes, surveyDump, now: store.now });
  } finally {
    await archive.close();
  }
}

/** Whatever it is, it is not what was adopted: nothing of it is told. */
async function refuseOther(store: Store, line: ForeignLine, found: SurveyHead): Promise<Failure> {
  const { name } = line;
  const what = describeOther(line, found);
  await findForeign(store, name);
  await recordVerdict(store, {
    name,
    index: NO_INDEX,
    isForeign: true,
    level: 'full',
    isSound: false,
    damage: [{ where: 'the archive', what }],
    checked: { extents: 0, entries: found.entries, bytes: found.sizeBytes, databases: [], tables: 0 },
    time: store.now().toISOString(),
  });
  return new Failure(
    'damaged',
    `${name} is not the file that was adopted: it ${what}`,
    'Restore another archive, and look at the disk of the backup server: who, or what, changed it?',
  );
}

export function describeOther({ sha256 }: ForeignLine, found: SurveyHead): string {
  return `has the SHA-256 ${found.sha256.slice(0, 12)}…, in the ledger it is ${sha256.slice(0, 12)}…`;
}

/** Opens one that is whole, and of this very archive. */
async function openSurvey(path: string, { name, sha256 }: ForeignLine): Promise<FileHandle | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  const head = await readHead(file).catch(() => undefined);
  if (head?.format === 3 && head.name === name && head.sha256 === sha256) return file;
  await file.close();
  return undefined;
}

/** To its end, so that its checksum has been compared: one that is broken is to be made anew. */
async function readHead(file: FileHandle): Promise<SurveyHead> {
  const { size } = await file.stat();
  let start = Buffer.alloc(0);
  for await (const piece of gunzipStream(readRange(file, { offset: 0, length: size }), 'the survey')) {
    if (!start.includes(NEWLINE)) start = Buffer.concat([start, piece]);
  }
  return JSON.parse(start.toString('utf8', 0, start.indexOf(NEWLINE))) as SurveyHead;
}

async function writeSurvey(path: string, { head, dumps, lines }: Survey): Promise<void> {
  const text = function* (): Generator<string> {
    yield `${[head, ...dumps].map((each) => JSON.stringify(each)).join('\n')}\n`;
    for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
      yield `${lines.slice(at, at + LINES_AT_ONCE).join('\n')}\n`;
    }
  };
  await writeDurably(path, Readable.from(text()).pipe(createGzip()), 0o600);
}
