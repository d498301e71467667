const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;

/** What one night is to read. Times in seconds since 1970. */
export interface NightlyShare {
  /** So many bytes, oldest first; `Infinity`: everything. */
  bytes: number;
  /** Beyond that, whatever was read last then or earlier. */
  dueBefore: number;
}

/**
 * The share of this night: n/t of all, more where nights were missed, and whatever would be overdue tomorrow.
 * `sinceLastMs`: since the run before; a clock that went back counts as one night.
 */
export function shareOfNight(options: {
  totalBytes: number;
  withinDays: number;
  now: Date;
  sinceLastMs: number | undefined;
  readsAll: boolean;
}): NightlyShare {
  const { totalBytes, withinDays, now, sinceLastMs = DAY_MS, readsAll } = options;
  if (readsAll) return { bytes: Infinity, dueBefore: Infinity };
  const days = sinceLastMs < 0 ? 1 : sinceLastMs / DAY_MS;
  return {
    bytes: Math.ceil(totalBytes * Math.min(1, days / withinDays)),
    dueBefore: Math.floor(now.getTime() / 1000) - (withinDays - 1) * DAY_SECONDS,
  };
}

/**
 * The order of a run: what has not been read for the longest time comes first. All that a run reads counts as read when
 * the run began, so that nothing has its turn twice.
 */
export class Turns<Archive extends { head: { archive: string; oldest: number } }> {
  readonly #began: number;
  readonly #waiting = new Map<string, Archive>();

  constructor(archives: readonly Archive[], beganSeconds: number) {
    this.#began = beganSeconds;
    for (const archive of archives) this.put(archive, archive.head.oldest);
  }

  /** The archive with the oldest reading, and the age down to which it is read before another one's turn comes. */
  take(): { archive: Archive; upTo: number } | undefined {
    let first: Archive | undefined;
    for (const archive of this.#waiting.values()) {
      if (!first || this.rankOf(archive.head.oldest) < this.rankOf(first.head.oldest)) first = archive;
    }
    if (!first) return undefined;
    this.#waiting.delete(first.head.archive);
    // A day's worth at a time: a record is not taken up again for every second's difference.
    return { archive: first, upTo: this.rankOf(first.head.oldest) + DAY_SECONDS };
  }

  /** Puts an archive back whose oldest reading is this one by now; undefined: all of it has been read. */
  put(archive: Archive, oldest: number | undefined): void {
    if (oldest === undefined || oldest === this.#began) return;
    this.#waiting.set(archive.head.archive, { ...archive, head: { ...archive.head, oldest } });
  }

  /** Whether an extent that was read then is still to be read, where readings up to `upTo` have their turn. */
  isWaiting(read: number, upTo = Infinity): boolean {
    return read !== this.#began && this.rankOf(read) <= upTo;
  }

  /** A time in the future was written by a clock that was wrong: it counts as the oldest of all. */
  rankOf(read: number): number {
    return read > this.#began ? 0 : read;
  }
}
