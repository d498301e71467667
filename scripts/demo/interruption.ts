/** What was begun is to end before its time. */
export class Interruption extends Error {
  static readonly exitCode = 130;
}

/** Rejects when the program is to end before its time: told by a signal, or because nobody reads its output any more. */
export function awaitInterruption(abort: AbortController, stdout: NodeJS.WritableStream): Promise<never> {
  return new Promise((_resolve, reject) => {
    const interrupt = (error: Error) => {
      abort.abort(error);
      reject(error);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => interrupt(new Interruption(signal)));
    }
    // `npm run demo | head` closes the pipe early.
    stdout.on('error', () => interrupt(new Interruption('nobody is reading any more')));
    process.on('uncaughtException', interrupt);
  });
}
