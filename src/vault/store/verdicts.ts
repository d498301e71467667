import { readFile } from 'node:fs/promises';
import { writeDurably } from '../../system/durable-file.ts';
import type { Verdict } from '../vault-client.ts';
import { verdictPath, type Store } from './layout.ts';

/** The last word on an archive; undefined where nobody has looked at it since it was sealed. */
export async function readVerdict(store: Store, name: string, index: string | undefined): Promise<Verdict | undefined> {
  try {
    const verdict = JSON.parse(await readFile(verdictPath(store, name), 'utf8')) as Verdict;
    return verdict.name === name && verdict.index === index ? verdict : undefined;
  } catch {
    // None was written, or a crash cut it: either way nothing is known.
    return undefined;
  }
}

/**
 * Records what a verification found. A quick look that finds nothing takes nothing back, neither a full one's word nor
 * any bad news (a seal that met wrong bytes has looked no further either): only a full one does. Nor does a quick look
 * that finds damage stand in for a full one that had: that one names all of it.
 */
export async function recordVerdict(store: Store, verdict: Verdict): Promise<void> {
  const before = await readVerdict(store, verdict.name, verdict.index);
  const saysMore = before && (verdict.isSound ? before.level === 'full' || !before.isSound : isFullDamage(before));
  if (saysMore && verdict.level === 'seal') return;
  await writeDurably(verdictPath(store, verdict.name), JSON.stringify(verdict), 0o600);
}

function isFullDamage({ level, isSound }: Verdict): boolean {
  return level === 'full' && !isSound;
}
