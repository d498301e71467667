/** A piece of work of known size, started when there is room. */
export interface Job<T> {
  /** Bytes that it holds in memory until its result has been dealt with. One above the limit runs alone. */
  weightBytes: number;
  start: () => Promise<T>;
}

/**
 * Runs jobs side by side within a limit of bytes in flight, and yields their results in the order of the jobs. While a
 * result is being dealt with, the next jobs are asked for and started. The first failure ends it; results that nobody
 * will read are left to finish.
 */
export async function* runInOrder<T>(
  jobs: AsyncIterable<Job<T>>,
  limitBytes: number,
): AsyncGenerator<T, void, undefined> {
  const running: { result: Promise<T>; weightBytes: number }[] = [];
  let inFlightBytes = 0;
  const asking = { isOver: false };
  let waiting: (() => void)[] = [];
  const change = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const tellChange = (): void => {
    const told = waiting;
    waiting = [];
    for (const resolve of told) resolve();
  };

  const starting = startJobs();
  starting
    .catch(() => undefined)
    .finally(() => {
      asking.isOver = true;
      tellChange();
    });
  try {
    for (;;) {
      const oldest = running[0];
      if (oldest) {
        yield await oldest.result;
        running.shift();
        inFlightBytes -= oldest.weightBytes;
        tellChange();
      } else if (asking.isOver) {
        // Tells what the jobs themselves failed with.
        await starting;
        return;
      } else await change();
    }
  } finally {
    asking.isOver = true;
    tellChange();
  }

  async function startJobs(): Promise<void> {
    for await (const { weightBytes, start } of jobs) {
      while (!asking.isOver && inFlightBytes > 0 && inFlightBytes + weightBytes > limitBytes) await change();
      if (asking.isOver) return;
      const result = start();
      // A failure is thrown when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      running.push({ result, weightBytes });
      inFlightBytes += weightBytes;
      tellChange();
    }
  }
}
