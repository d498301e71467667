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
 * same moment do not write over each other's word. Of several directories the newest word counts. Never rejects.
 */
export async function readState(
  directories: readonly string[],
  subject: AlertSubject,
): Promise<FaultState | undefined | 'unreadable'> {
  const found = await Promise.all(directories.map((directory) => readFrom(directory, subject)));
  const states = found.filter((state) => state !== undefined && state !== 'unreadable');
  if (states.length === 0) return found.includes('unreadable') ? 'unreadable' : undefined;
  return states.reduce((a, b) => (Date.parse(a.observedAt) >= Date.parse(b.observedAt) ? a : b));
}

/**
 * Keeps what is known of a standing fault in the first directory that takes it, or (undefined) that none stands. Makes
 * a directory, never the folder above: that of a volume which is not mounted must stay away.
 * Rejects with the system's error where none takes it.
 */
export async function writeState(
  directories: readonly string[],
  subject: AlertSubject,
  state: FaultState | undefined,
): Promise<void> {
  if (state === undefined) {
    await Promise.all(directories.map((directory) => forget(directory, subject)));
    return;
  }
  let first: unknown;
  for (const directory of directories) {
    try {
      await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      });
      await writeDurably(statePath(directory, subject), `${JSON.stringify(state)}\n`, 0o600);
      return;
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

async function readFrom(directory: string, subject: AlertSubject): Promise<FaultState | undefined | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(statePath(directory, subject), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unreadable';
  }
  try {
    const { toldAt, ...state } = schema.parse(JSON.parse(text));
    return { ...state, ...(toldAt === undefined ? {} : { toldAt }) };
  } catch {
    return 'unreadable';
  }
}

async function forget(directory: string, subject: AlertSubject): Promise<void> {
  await rm(statePath(directory, subject), { force: true, recursive: true });
  await syncDirectory(directory).catch(() => undefined);
}

function statePath(directory: string, subject: AlertSubject): string {
  return join(directory, `${subject}.json`);
}
