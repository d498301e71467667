import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { Failure, messageOf } from '../../logging/failure.ts';
import { writeDurably } from '../../system/durable-file.ts';
import type { DeployPlaces } from './places.ts';

const commit = z.string().regex(/^[0-9a-f]{40,64}$/);

const journalSchema = z.object({
  commit,
  holder: z.string(),
  /** `preparing`: what runs is untouched. `switching`: it may be half of this commit. */
  phase: z.enum(['preparing', 'switching']),
  /** GitHub's record, to be closed by whoever finds this. */
  deploymentId: z.number().optional(),
});
const currentSchema = z.object({
  commit,
  previous: commit.optional(),
  deployedAt: z.string(),
  /** It was to be brought up again, and could not be. */
  isDown: z.literal(true).optional(),
});

/** A deployment that is under way, or that was killed. */
export type DeployJournal = z.infer<typeof journalSchema>;
/** The commit that was healthy last and runs unless it is down, and the one before it. */
export type CurrentDeployment = z.infer<typeof currentSchema>;

export function readJournal({ journal }: DeployPlaces): Promise<DeployJournal | undefined> {
  return read(journal, journalSchema);
}

export async function writeJournal({ journal }: DeployPlaces, content: DeployJournal): Promise<void> {
  await writeDurably(journal, `${JSON.stringify(content)}\n`, 0o600);
}

export async function removeJournal({ journal }: DeployPlaces): Promise<void> {
  await rm(journal, { force: true });
}

export function readCurrent({ current }: DeployPlaces): Promise<CurrentDeployment | undefined> {
  return read(current, currentSchema);
}

export async function writeCurrent({ current }: DeployPlaces, content: CurrentDeployment): Promise<void> {
  await writeDurably(current, `${JSON.stringify(content)}\n`, 0o600);
}

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const what = `${path} cannot be read: ${messageOf(error).split('\n', 1)[0] ?? ''}`;
    throw new Failure('failed', what, 'Look at it; removed, the next deployment begins without knowing what runs.');
  }
}
