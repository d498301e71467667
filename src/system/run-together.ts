/**
 * Runs tasks side by side. The first failure tells the others to stop, and is thrown when all of them have: nothing is
 * left running behind the caller's back. `abort` is what tells them, where the caller has started one of them already.
 */
export async function runTogether<T extends readonly unknown[]>(
  tasks: { [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> },
  abort = new AbortController(),
): Promise<T> {
  let first: { error: unknown } | undefined;
  const results = await Promise.all(
    tasks.map(async (task) => {
      try {
        return await task(abort.signal);
      } catch (error) {
        first ??= { error };
        abort.abort();
        return undefined;
      }
    }),
  );
  if (first) throw first.error;
  return results as unknown as T;
}
