/** What one night of one contender took. Times in milliseconds, sizes in bytes; undefined where nobody could count. */
export interface Figures {
  wallMs: number;
  /** Processor time of the client's programs, of the vault's, and of the database server for them. */
  clientCpuMs: number;
  vaultCpuMs: number;
  databaseCpuMs: number;
  /** Memory of the largest program on either side. */
  clientPeakBytes: number;
  vaultPeakBytes: number;
  /** The most that all programs of a side had for themselves at one time. */
  clientTogetherBytes: number;
  vaultTogetherBytes: number;
  /** On the wire, towards the vault and back. */
  sentBytes: number;
  receivedBytes: number;
  /** Growth of the vault's file system. */
  storedBytes: number;
  /** The most that the client had on its disk beyond what was there before. */
  stagedBytes: number | undefined;
}

/** Field by field the median; of an even number the mean of the two in the middle. */
export function takeMedians(all: readonly Figures[]): Figures {
  const [first] = all;
  if (!first) throw new RangeError('no figures');
  const entries = (Object.keys(first) as (keyof Figures)[]).map((field) => {
    const values = all.flatMap((figures) => figures[field] ?? []);
    return [field, values.length === 0 ? undefined : median(values)] as const;
  });
  return Object.fromEntries(entries) as unknown as Figures;
}

/** The middle one, or the mean of the two in the middle; a RangeError without any. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) throw new RangeError('no values');
  return Number.isInteger(middle) ? ((sorted[middle - 1] as number) + upper) / 2 : upper;
}
