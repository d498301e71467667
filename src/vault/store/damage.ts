import { readFile } from 'node:fs/promises';
import { appendDurably } from '../../system/durable-file.ts';
import type { ExtentPlace } from './check-extents.ts';
import { damagePath, type Store } from './layout.ts';

/** An extent whose bytes are wrong where they lie in one archive. Another archive may have a good copy of its own. */
export interface DamagedExtent extends ExtentPlace {
  archive: string;
  /** Of the archive: a name that was given back may come again. */
  index: string;
  /** When it was found, RFC 3339. */
  found: string;
  /** `search`: while looking for the archives that share an extent. */
  by: 'scrub' | 'seal' | 'verify' | 'search';
  what: string;
}

/** What is added to the record; nothing is ever changed in it. */
export type DamageLine =
  | DamagedExtent
  /** All archives have been looked at for this digest, and whatever was found stands in the lines before. */
  | { searched: string }
  /** A full verification found the archive sound after all, or it was removed. */
  | { cleared: string; index: string };

/** So many extents of one archive are told apart; one with more is built upon no longer. */
export const MAX_BARRED_EXTENTS = 1000;

/** What is known as damaged. */
export interface DamageRecord {
  extents: DamagedExtent[];
  /** Digests of which nobody has looked yet which other archives share them. */
  unsearched: Set<string>;
}

/** Reads the record; a line that a crash cut is passed over, for whoever found it finds it again. */
export async function readDamage(store: Store): Promise<DamageRecord> {
  const text = await readFile(damagePath(store), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const known = new Map<string, DamagedExtent>();
  const unsearched = new Set<string>();
  for (const line of text.split('\n').map(parseLine)) {
    if (!line) continue;
    if ('searched' in line) unsearched.delete(line.searched);
    else if ('cleared' in line) {
      for (const [key, { archive, index }] of known) {
        if (archive === line.cleared && index === line.index) known.delete(key);
      }
    } else {
      const key = `${line.archive} ${line.index} ${line.offset}`;
      if (line.by !== 'search' && !known.has(key)) unsearched.add(line.sha256);
      known.set(key, known.get(key) ?? line);
    }
  }
  return { extents: [...known.values()], unsearched };
}

/**
 * Adds lines and makes them last. Each line begins by ending the one before: what a crash cut there spoils no other.
 * Several processes may add at the same time.
 */
export async function appendDamage(store: Store, lines: readonly DamageLine[]): Promise<void> {
  if (lines.length === 0) return;
  const text = lines.map((line) => `\n${JSON.stringify(line)}`).join('');
  await appendDurably(damagePath(store), `${text}\n`, 0o600);
}

/** The extents of one archive that are known as damaged. */
export function damageOf({ extents }: DamageRecord, name: string, index: string): DamagedExtent[] {
  return extents.filter((extent) => extent.archive === name && extent.index === index);
}

/** Forgets what is known of an archive, where anything is. */
export async function clearDamage(store: Store, name: string, index: string): Promise<void> {
  if (damageOf(await readDamage(store), name, index).length > 0) await appendDamage(store, [{ cleared: name, index }]);
}

function parseLine(text: string): DamageLine | undefined {
  if (text === '') return undefined;
  try {
    const line = JSON.parse(text) as Record<string, unknown>;
    const isNote = typeof line['searched'] === 'string' || typeof line['cleared'] === 'string';
    const isExtent = typeof line['archive'] === 'string' && Number.isSafeInteger(line['offset']);
    return isNote || isExtent ? (line as unknown as DamageLine) : undefined;
  } catch {
    return undefined;
  }
}
