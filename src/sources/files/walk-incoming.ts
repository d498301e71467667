import { joinBytes } from '../../system/long-path.ts';
import type { OpenFolder } from '../../system/open-folder.ts';

/** An entry of a staged tree that has no folder for its live counterpart: it is renamed as a whole. */
export interface Incoming {
  /** The folder that it is to get into. */
  live: OpenFolder;
  name: Buffer;
  /** Relative to the two roots. */
  path: Buffer;
  isFolder: boolean;
}

/**
 * The entries of a tree that is laid out as a live one, down to where the two part: folders that are in both are gone
 * into, no others. An entry's folder is open until the next one is asked for.
 */
export async function* walkIncoming(
  live: OpenFolder,
  fresh: OpenFolder,
  path: Buffer = Buffer.alloc(0),
): AsyncGenerator<Incoming, void, undefined> {
  for (const name of await fresh.names()) {
    const entry = path.length === 0 ? name : joinBytes(path, name);
    const inner = await fresh.child(name);
    const counterpart = inner && (await live.child(name));
    try {
      if (inner && counterpart) yield* walkIncoming(counterpart, inner, entry);
      else yield { live, name, path: entry, isFolder: inner !== undefined };
    } finally {
      await inner?.close();
      await counterpart?.close();
    }
  }
}
