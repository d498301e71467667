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
 * any bad news (a seal that met wrong bytes has looked no further either): only a full one does.
 */
export async function recordVerdict(store: Store, verdict: Verdict): Promise<void> {
  const before = await readVerdict(store, verdict.name, verdict.index);
  const saysMore = before && (before.level === 'full' || !before.isSound);
  if (saysMore && verdict.level === 'seal' && verdict.isSound) return;
  await writeDurably(verdictPath(store, verdict.name), JSON.stringify(verdict), 0o600);
}
