import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncDirectory, writeDurably } from '../system/durable-file.ts';
import type { AlertSubject } from './alert.ts';

const instant = z.iso.datetime();

const schema = z.object({
  version: z.literal(1),
  /** When the fault was first observed. */
  since: instant,
  observedAt: instant,
  /** When somebody was last told; absent where no channel has taken it yet. */
  toldAt: instant.optional(),
  /** The faults that were told, each by its key. */
  keys: z.array(z.string()),
  /** How often a change was told since the fault itself or its last reminder. */
  changes: z.int().min(0),
});

/** A fault that stands, and what was told of it. */
export type FaultState = Readonly<Omit<z.infer<typeof schema>, 'toldAt'>> & { readonly toldAt?: string };

/**
 * What is known of a subject's fault; undefined where none stands. One file for each subject: commands that end at the
 * same moment do not write over each other's word. Rejects only where the file is there and cannot be read.
 */
export async function readState(
  directory: string,
  subject: AlertSubject,
): Promise<FaultState | undefined | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(statePath(directory, subject), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unreadable';
  }
  try {
    const { toldAt, ...state } = schema.parse(JSON.parse(text));
    return { ...state, ...(toldAt === undefined ? {} : { toldAt }) };
  } catch {
    return 'unreadable';
  }
}

/** Keeps what is known of a standing fault, or (undefined) that none stands. Rejects with the system's error. */
export async function writeState(
  directory: string,
  subject: AlertSubject,
  state: FaultState | undefined,
): Promise<void> {
  const path = statePath(directory, subject);
  if (state === undefined) {
    await rm(path, { force: true, recursive: true });
    await syncDirectory(directory).catch(() => undefined);
    return;
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeDurably(path, `${JSON.stringify(state)}\n`, 0o600);
}

function statePath(directory: string, subject: AlertSubject): string {
  return join(directory, `${subject}.json`);
}
