import type { Readable, Writable } from 'node:stream';
import type { DumpSurveyor } from '../../archive/foreign-survey.ts';
import { Failure, messageOf } from '../../logging/failure.ts';
import type { Logger } from '../../logging/logger.ts';
import { Answer } from '../protocol/answer.ts';
import { parseRequest, type Request, type Role } from '../protocol/words.ts';
import { openArchive } from '../store/archive-file.ts';
import { findNewest, greet } from '../store/greet.ts';
import { openStore, type Store, type StoreOptions } from '../store/layout.ts';
import { listLedgerArchives, readLedger } from '../store/ledger.ts';
import { sealArchive, settleBeforeGreeting } from '../store/seal.ts';
import { readRange } from '../store/read-range.ts';
import { explainFullDisk } from '../store/space.ts';
import { readStatus } from '../store/status.ts';
import { obtainSurvey } from '../store/surveys.ts';
import { findSealed, verifySealed, type DumpCheck } from '../store/verify.ts';
import { verifyForeign } from '../store/verify-foreign.ts';
import { parseRanges } from './read-ranges.ts';
import { receiveSegments, type RsyncStreams } from './receive-segments.ts';

/** One request to a vault. */
export interface ServeOptions extends StoreOptions {
  role: Role;
  words: readonly string[];
  input: Readable;
  output: Writable;
  /** Standard error of the vault's process: whoever sits at the other end of a plain SSH session may read it. */
  log: Logger;
  lockWaitMs?: number;
  /** Judges the dumps of an archive that is verified in full. */
  checkDump?: DumpCheck;
  /** Looks at the dumps of an archive of the former script. */
  surveyDump?: DumpSurveyor;
}

interface Exchange extends ServeOptions {
  store: Store;
  answer: Answer;
}

/**
 * Answers one request, or receives segments; whatever is not in the protocol's table is refused with one line and a log
 * entry.
 * @returns the exit code: 0, that of rsync, or 1 where the answer was an error. Never throws.
 */
export async function serve(options: ServeOptions): Promise<number> {
  if (options.words[0] !== 'rsync') return await serveRequest(options);
  const { input, output } = options;
  return await serveRsync({ ...options, streams: { input, output } });
}

/** The same without rsync, which is refused like any other word that the table does not have. */
export async function serveRequest(options: ServeOptions): Promise<number> {
  const { words, role, log } = options;
  const answer = new Answer(options.output);
  try {
    const request = parseRequest(words, role);
    const store = await openStore(options);
    await answerRequest(request, { ...options, store, answer });
    return 0;
  } catch (error) {
    logFailure(log, role, words, error);
    await answer.error(await explain(error, options)).catch(() => {});
    return 1;
  }
}

/**
 * Receives segments; returns rsync's exit code, or 1. rsync's client shows what it reads on standard error; a
 * refusal on standard output would only confuse it.
 */
export async function serveRsync(
  options: Omit<ServeOptions, 'input' | 'output'> & { streams: RsyncStreams },
): Promise<number> {
  const { role, words, log, streams } = options;
  try {
    if (role === 'reader')
      throw new Failure('refused', 'a reader may not send anything', 'Use the writer key for backups.');
    const { incoming } = await openStore(options);
    return await receiveSegments({ incoming, words, streams });
  } catch (error) {
    logFailure(log, role, words, error);
    return 1;
  }
}

/** What the disk did to a request that is not a seal, which says more itself. */
async function explain(error: unknown, { directory }: StoreOptions): Promise<unknown> {
  return await explainFullDisk(error, { directory, next: 'Make room on the backup server, then try again.' });
}

function logFailure(log: Logger, role: Role, words: readonly string[], error: unknown): void {
  log.error(`${role}: ${JSON.stringify(words.join(' ').slice(0, 200))}: ${messageOf(error)}`);
}

async function answerRequest({ word, arguments: [name = '', level] }: Request, exchange: Exchange): Promise<void> {
  const { store, answer, role, input, log, lockWaitMs } = exchange;
  const { progress } = answer;
  const wait = lockWaitMs === undefined ? {} : { lockWaitMs };
  switch (word) {
    case 'hello':
      await settleBeforeGreeting(store, log).catch((error: unknown) => {
        // A full disk is in the way of the backup that asks for its name; never of a restore.
        if (name !== '' || !(error instanceof Failure && error.kind === 'space')) throw error;
        log.warning(`${error.message}. ${error.next}`);
      });
      await answer.result(await greet(store, role, name === '' ? undefined : name));
      break;
    case 'status':
      await answer.result(await readStatus(store));
      break;
    case 'verify':
      await answer.result(await verify(name, level === 'full' ? 'full' : 'seal', exchange));
      break;
    case 'seal':
      await answer.result(await sealArchive({ store, role, name, recipe: input, progress, log, ...wait }));
      break;
    case 'index':
      await answerIndex(name, exchange);
      break;
    case 'survey':
      await answerSurvey(name, exchange);
      break;
    case 'read':
      await answerRanges(name, exchange);
      break;
  }
}

async function verify(name: string, level: 'seal' | 'full', exchange: Exchange) {
  const { store, answer, checkDump, surveyDump, lockWaitMs } = exchange;
  const options = { store, name, level, ...(lockWaitMs === undefined ? {} : { lockWaitMs }) };
  const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
  if (surveyDump && line?.action === 'foreign') {
    return await verifyForeign({ ...options, surveyDump, progress: tellClient(answer) });
  }
  return await verifySealed({ ...options, progress: answer.progress, ...(checkDump ? { checkDump } : {}) });
}

/** Progress of what nobody has to go on with once its client has gone. */
function tellClient(answer: Answer): (done: number, total: number) => void {
  return (done, total) => {
    answer.requireClient();
    answer.progress(done, total);
  };
}

/** The index's compressed bytes just as they stand in the archive: nothing is compressed twice. */
async function answerIndex(name: string, { store, role, answer }: Exchange): Promise<void> {
  if (role === 'writer' && (await findNewest(store, await readLedger(store)))?.name !== name) {
    throw new Failure(
      'refused',
      'a writer may read the index of the newest archive only',
      'Use the reader key for any other.',
    );
  }
  const { index } = await findSealed(store, name);
  const file = await openArchive(store, name);
  try {
    const range = await file.locateIndex();
    await answer.result({ name, index }, range.length, file.read(range.offset, range.length));
  } finally {
    await file.close();
  }
}

/** Compressed, as it is kept; while it is being made for the first time, progress keeps the connection alive. */
async function answerSurvey(name: string, { store, answer, surveyDump, lockWaitMs }: Exchange): Promise<void> {
  if (!surveyDump) throw new TypeError('nobody here can tell what a dump holds');
  const { line, file } = await obtainSurvey({
    store,
    name,
    surveyDump,
    progress: tellClient(answer),
    ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
  });
  try {
    const { size } = await file.stat();
    await answer.result({ name, sha256: line.sha256 }, size, readRange(file, { offset: 0, length: size }));
  } finally {
    await file.close();
  }
}

async function answerRanges(name: string, { store, input, answer }: Exchange): Promise<void> {
  const file = await openArchive(store, name);
  try {
    const ranges = await parseRanges(input, file.sizeBytes);
    const length = ranges.reduce((sum, range) => sum + range.length, 0);
    const body = async function* (): AsyncGenerator<Buffer, void, undefined> {
      for (const range of ranges) yield* file.read(range.offset, range.length);
    };
    await answer.result({ name, sizeBytes: file.sizeBytes }, length, body());
  } finally {
    await file.close();
  }
}
