import { open, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from '../../system/durable-file.ts';
import { digestBytes } from './check-extents.ts';
import { extentsPath, type Store } from './layout.ts';
import { HEAD_BYTES, OwnExtents, parseOwnHead, type OwnHead } from './own-extents.ts';
import type { Plan } from './plan.ts';

/** What a seal's record is called while its archive is being assembled. */
export function assembledRecordPath(assembledPath: string): string {
  return `${assembledPath}.extents`;
}

/**
 * Notes down beside an assembled archive which extents it holds by itself: all of them, or those that it does not
 * share with its base. `sealed` is the time at which their bytes were hashed on their way.
 */
export async function noteOwnExtents(
  assembledPath: string,
  { name, plan, base, sealed }: { name: string; plan: Plan; base: string | undefined; sealed: Date },
): Promise<void> {
  const { extents, index, originOf } = plan;
  const read = secondsOf(sealed);
  const tail = extents.endOffset;
  const own = new OwnExtents({ archive: name, index, tail, ...(base === undefined ? {} : { base }) });
  for (let ordinal = 0; ordinal < extents.count; ordinal++) {
    if (base === undefined || 'segment' in originOf(ordinal)) own.append({ ...extents.at(ordinal), read });
  }
  const file = await open(assembledPath, 'r');
  try {
    const { size } = await file.stat();
    const { sha256, length } = await digestBytes(file, { offset: tail, length: size - tail });
    own.append({ offset: tail, length, sha256, read });
  } finally {
    await file.close();
  }
  await writeDurably(assembledRecordPath(assembledPath), own.encode(), 0o600);
}

/** The record of an archive; undefined where there is none that can be believed. */
export async function loadOwnExtents(store: Store, name: string, index: string): Promise<OwnExtents | undefined> {
  try {
    const own = OwnExtents.decode(await readFile(extentsPath(store, name)));
    return own?.about.archive === name && own.about.index === index ? own : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The first line alone, whatever the record's length. */
export async function loadOwnHead(store: Store, name: string, index?: string): Promise<OwnHead | undefined> {
  const file = await open(extentsPath(store, name), 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = parseOwnHead(buffer.subarray(0, bytesRead));
    const isOf = head?.archive === name && (index === undefined || head.index === index);
    return isOf ? head : undefined;
  } finally {
    await file.close();
  }
}

/** Durable when this returns; takes the place of an older one. */
export async function saveOwnExtents(store: Store, own: OwnExtents): Promise<void> {
  await writeDurably(extentsPath(store, own.about.archive), own.encode(), 0o600);
}

/** Names of the archives that have a record. */
export async function listOwnRecords(store: Store): Promise<string[]> {
  return (await readdir(join(store.private, 'extents'))).filter((name) => !name.startsWith('.'));
}

/** No error where there is none. */
export async function removeOwnRecord(store: Store, name: string): Promise<void> {
  await rm(join(store.private, 'extents', name), { force: true });
}

/** What times in records are counted in. */
export function secondsOf(time: Date): number {
  return Math.max(0, Math.floor(time.getTime() / 1000));
}
