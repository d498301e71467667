import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/durable-file.ts';
import type { Store } from '../store/layout.ts';
import type { UpkeepRecord } from '../vault-client.ts';

/** Notes down how a run of upkeep ended, in place of the run before. */
export async function recordUpkeep(store: Store, record: UpkeepRecord): Promise<void> {
  const directory = upkeepDirectory(store);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeDurably(join(directory, `${record.verb}.json`), JSON.stringify(record), 0o600);
}

/** The last run of each verb, those that ever ran; what a crash cut is passed over. */
export async function readUpkeep(store: Store): Promise<UpkeepRecord[]> {
  const directory = upkeepDirectory(store);
  const names = await readdir(directory).catch(() => []);
  const records: UpkeepRecord[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
    try {
      records.push(JSON.parse(await readFile(join(directory, name), 'utf8')) as UpkeepRecord);
    } catch {
      // The next run writes it anew.
    }
  }
  return records;
}

function upkeepDirectory(store: Store): string {
  return join(store.private, 'upkeep');
}
