import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { readLines } from '../../archive/line-reader.ts';
import { parseTocLine, type TocLine } from '../../archive/toc-line.ts';
import { Failure } from '../../logging/failure.ts';
import { isDiskFull } from '../../system/disk-room.ts';

/** Lines are gathered up to about so much before they are written. */
const BATCH_CHARACTERS = 64 * 1024;

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

/**
 * Writes a list, one line each; it is on disk when this returns, and whoever is killed before leaves a part of it.
 * @throws Failure `space` where its disk is full: nobody else would say which one.
 */
export async function writeList(path: string, lines: AsyncIterable<string>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    let batch = '';
    for await (const line of lines) {
      batch += `${line}\n`;
      if (batch.length < BATCH_CHARACTERS) continue;
      await file.writeFile(batch);
      batch = '';
    }
    await file.writeFile(batch);
    await file.sync();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    const next = 'Make room (or inodes, see df -i) on that disk, then run the same again.';
    throw new Failure('space', `the disk of the list ${path} is full`, next, { cause: error });
  } finally {
    await file.close();
  }
}

/** As a list's lines are made of what they stand for. */
export async function* mapEach<T, U>(items: AsyncIterable<T>, map: (item: T) => U): AsyncGenerator<U, void, undefined> {
  for await (const item of items) yield map(item);
}

/** A name as `readNames` takes it: it may hold a line break. */
export function encodeName(name: Buffer): string {
  return name.toString('base64');
}
