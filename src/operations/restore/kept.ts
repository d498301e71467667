import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../logging/failure.ts';
import { syncDirectory, writeDurably } from '../../system/durable-file.ts';
import { isOwnKept } from './own-paths.ts';

/** What a restore replaced, and where it is kept until `forget`. */
export interface KeptRecord {
  id: string;
  archive: string;
  /** When the restore was carried through, RFC 3339. */
  since: string;
  databases: { source: string; live: string; kept: string }[];
  files: { source: string; root: string; container?: string; kept: string }[];
}

export async function recordKept(stateDirectory: string, record: KeptRecord): Promise<void> {
  await mkdir(folderOf(stateDirectory), { recursive: true, mode: 0o700 });
  await writeDurably(pathOf(stateDirectory, record.id), `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** All that is kept, oldest first. @throws Failure `refused` on a record that names anything but what is ours. */
export async function listKept(stateDirectory: string): Promise<KeptRecord[]> {
  const names = await readdir(folderOf(stateDirectory)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const records: KeptRecord[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.json')).sort()) {
    const path = join(folderOf(stateDirectory), name);
    const record = JSON.parse(await readFile(path, 'utf8')) as KeptRecord;
    if (!isOwnKept(record) || name !== `${record.id}.json`) {
      throw new Failure(
        'refused',
        `${path} names something that no restore of ours keeps`,
        'Somebody changed it: look into it, and move it away.',
      );
    }
    records.push(record);
  }
  return records.sort((a, b) => (a.since < b.since ? -1 : 1));
}

export async function removeKeptRecord(stateDirectory: string, id: string): Promise<void> {
  await rm(pathOf(stateDirectory, id), { force: true });
  await syncDirectory(folderOf(stateDirectory));
}

function folderOf(stateDirectory: string): string {
  return join(stateDirectory, 'kept');
}

function pathOf(stateDirectory: string, id: string): string {
  return join(folderOf(stateDirectory), `${id}.json`);
}
