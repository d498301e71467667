import { createReadStream } from 'node:fs';
import { readLines } from '../../archive/line-reader.ts';

/** The names in a file that has them in base64, a line each. */
export async function* readNames(path: string): AsyncGenerator<Buffer, void, undefined> {
  for await (const lines of readLines(createReadStream(path))) {
    for (const line of lines) yield Buffer.from(line, 'base64');
  }
}
