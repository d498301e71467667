import { createReadStream } from 'node:fs';
import { readLines } from '../../archive/line-reader.ts';
import { parseTocLine, type TocLine } from '../../archive/toc-line.ts';

/** The names of a list of them, which are in base64, a line each. */
export async function* readNames(path: string): AsyncGenerator<Buffer, void, undefined> {
  for await (const lines of readLines(createReadStream(path))) {
    for (const line of lines) yield Buffer.from(line, 'base64');
  }
}

/** The folders of a list of them, which are described as in an index. */
export async function* readFolders(path: string): AsyncGenerator<TocLine, void, undefined> {
  for await (const lines of readLines(createReadStream(path))) yield* lines.map(parseTocLine);
}
