import { once } from 'node:events';

/** Writes one line to standard output as soon as there is room: what is a million lines long is never held in memory. */
export async function writeLine(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}
