import { createHash } from 'node:crypto';
import { withoutSlash } from '../../archive/entry-names.ts';
import type { SourceEntry } from '../../archive/source-entry.ts';
import { matcherOf, openFileSource } from '../../sources/files/file-source.ts';
import type { LocatedFiles } from '../locate-files.ts';
import type { ComparedEntry } from './compare-entries.ts';

const READ_BYTES = 1024 * 1024;

/** What the next backup would store of a source, in its order; nothing is read of a file until it is asked for. */
export async function* liveEntries(source: LocatedFiles): AsyncGenerator<ComparedEntry, void, undefined> {
  // What may be unreadable is compared no more than what is excluded: it may be in one archive and not in the next.
  const exclude = [...source.exclude, ...source.allowUnreadable];
  for await (const entry of openFileSource({ ...source, exclude, allowUnreadable: [] }).entries) {
    yield { ...entry, digest: () => digestOf(entry) };
  }
  await source.confirm?.();
}

/** Leaves out what the configuration excludes by now, with all that lies below it: it is not looked at on this host. */
export async function* withoutExcluded(
  { name: source, exclude, allowUnreadable }: LocatedFiles,
  archived: AsyncIterable<ComparedEntry>,
): AsyncGenerator<ComparedEntry, void, undefined> {
  const isExcluded = matcherOf([...exclude, ...allowUnreadable]);
  let folder: Buffer | undefined;
  for await (const entry of archived) {
    const { name } = entry;
    if (folder && name.subarray(0, folder.length).equals(folder)) continue;
    if (!isExcluded(withoutSlash(name.subarray(source.length + 1)))) yield entry;
    else if (entry.type === 'dir') folder = name;
  }
}

/** Empty, which is nobody's digest, where the file has vanished meanwhile. */
async function digestOf(entry: SourceEntry): Promise<string> {
  const content = await entry.open?.();
  if (!content) return '';
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(READ_BYTES, content.size)));
    for (let position = 0; position < content.size;) {
      const bytes = await content.read(buffer, position);
      if (bytes === 0) break;
      hash.update(buffer.subarray(0, bytes));
      position += bytes;
    }
    return hash.digest('hex');
  } finally {
    await content.close();
  }
}
