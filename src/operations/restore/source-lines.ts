import type { TocLine } from '../../archive/toc-line.ts';
import type { OpenArchive } from '../open-archive.ts';

/** The lines of one source, in order. They stand together in every archive, so that nothing is read behind the last. */
export async function* readSourceLines(
  archive: Pick<OpenArchive, 'lines'>,
  source: string,
): AsyncGenerator<TocLine, void, undefined> {
  const prefix = Buffer.from(`${source}/`);
  let isWithin = false;
  for await (const line of archive.lines()) {
    const isOfSource = line.name.subarray(0, prefix.length).equals(prefix);
    if (isWithin && !isOfSource) return;
    isWithin = isOfSource;
    if (isOfSource) yield line;
  }
}
