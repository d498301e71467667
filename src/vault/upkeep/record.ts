import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/durable-file.ts';
import type { Store } from '../store/layout.ts';
import type { UpkeepRecord } from '../vault-client.ts';

/** A status lists what is wrong; whoever wants to know it all runs the command. */
const MOST_FAULTS = 20;

/** Notes down how a run of upkeep ended, in place of the run before; what else a result says is not kept. */
export async function recordUpkeep(store: Store, { verb, time, isFine, summary, faults }: UpkeepRecord): Promise<void> {
  const rest = faults.length - MOST_FAULTS;
  const listed = rest > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${rest} more`] : faults;
  const record: UpkeepRecord = { verb, time, isFine, summary, faults: listed };
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
