import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { isRecord } from '../../system/is-record.ts';
import { writeDurably } from '../../system/durable-file.ts';
import type { RecoveredParts } from './recovered-parts.ts';

/** `b`: the server was attacked and is installed anew. `c`: another machine. */
export type Scenario = 'b' | 'c';

/**
 * What a recovery has come to, in the state folder. It holds what reality cannot tell whoever goes on: which archive was
 * chosen, that the machine was blank, what was proven. Everything else each run looks up anew. Times RFC 3339.
 */
export interface RecoveryRecord {
  version: 1;
  scenario: Scenario;
  started: string;
  archive?: { name: string; index: string; verified: 'seal' | 'full' };
  /** The new writer key: made by this recovery, so that a later run does not make another. */
  writerKey?: string;
  /** Nothing stood where the archive goes before any application ran: what stands there since, one has made by itself. */
  wasBlank?: boolean;
  /** Of the restore that this recovery began: no other is taken for it, nor is what others have kept. */
  restoreId?: string;
  restored?: RecoveredParts & { at: string };
  finished?: string;
  /** Of steps that were completed, by whichever run, in milliseconds. */
  durationsMs: Record<string, number>;
}

export async function readRecovery(stateDirectory: string): Promise<RecoveryRecord | undefined> {
  const path = pathOf(stateDirectory);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = parse(text);
  if (isRecord(record) && record['version'] === 1) return record as unknown as RecoveryRecord;
  throw new Failure(
    'refused',
    `${path} is no record of a recovery that this version knows`,
    'Move it away to begin a new recovery, or use the version of the toolkit that wrote it.',
  );
}

export async function writeRecovery(stateDirectory: string, record: RecoveryRecord): Promise<void> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await writeDurably(pathOf(stateDirectory), `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** The next run begins a recovery of its own. */
export async function removeRecovery(stateDirectory: string): Promise<void> {
  await rm(pathOf(stateDirectory), { force: true });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathOf(stateDirectory: string): string {
  return join(stateDirectory, 'recovery.json');
}
