/** A piece of work of known size, started when there is room. */
export interface Job<T> {
  /** Bytes that it holds in memory while it runs. One above the limit runs alone. */
  weightBytes: number;
  start: () => Promise<T>;
}

/**
 * Runs jobs side by side within a limit of bytes in flight, and yields their results in the order of the jobs. The first
 * failure ends it; results that nobody will read are left to finish.
 */
export async function* runInOrder<T>(
  jobs: AsyncIterable<Job<T>>,
  limitBytes: number,
): AsyncGenerator<T, void, undefined> {
  const running: { result: Promise<T>; weightBytes: number }[] = [];
  let inFlightBytes = 0;
  const finishOldest = async (): Promise<T> => {
    const oldest = running.shift();
    if (!oldest) throw new RangeError('nothing is running');
    inFlightBytes -= oldest.weightBytes;
    return await oldest.result;
  };
  for await (const { weightBytes, start } of jobs) {
    while (running.length > 0 && inFlightBytes + weightBytes > limitBytes) yield await finishOldest();
    const result = start();
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    result.catch(() => undefined);
    running.push({ result, weightBytes });
    inFlightBytes += weightBytes;
    if (weightBytes > limitBytes) yield await finishOldest();
  }
  while (running.length > 0) yield await finishOldest();
}
