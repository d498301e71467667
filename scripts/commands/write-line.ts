import { once } from 'node:events';

/** Nobody reads any further: whoever typed `ls latest | head` has seen enough, which is no fault. */
export class OutputClosed extends Error {}

/**
 * Writes one line to standard output as soon as there is room: what is a million lines long is never held in memory.
 * @throws OutputClosed where the other side of a pipe is gone, so that nothing is fetched that nobody will see.
 */
export async function writeLine(line: string): Promise<void> {
  const { stdout } = process;
  if (stdout.destroyed) throw new OutputClosed();
  if (stdout.write(`${line}\n`)) return;
  try {
    await once(stdout, 'drain');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EPIPE' ? new OutputClosed() : error;
  }
}
