/** Documented exit codes of the command line: one per thing that an operator would do next. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  config: 3,
  source: 4,
  vault: 5,
  damaged: 6,
  space: 7,
  locked: 8,
  refused: 9,
  stale: 10,
} as const;

export type FailureKind = Exclude<keyof typeof exitCodes, 'ok'>;

/**
 * A failure as a person reads it: what failed and on what (`message`), and what to do about it (`next`).
 * Thrown by every layer; caught once, at the entry, which turns `kind` into the exit code.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  readonly next: string;

  constructor(kind: FailureKind, message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.next = next;
  }
}

/** What the system says where a disk of this host takes no more: full, over its quota, read-only. */
const diskFaults: Record<string, string> = {
  ENOSPC: 'a disk of this host is full',
  EDQUOT: 'a disk quota of this host is used up',
  EROFS: 'a disk of this host is mounted read-only',
};

/** Anything that was thrown as a failure; `seeMore` says how to see more of what nobody foresaw. */
export function toFailure(error: unknown, seeMore: string): Failure {
  if (error instanceof Failure) return error;
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const fault = code !== undefined && Object.hasOwn(diskFaults, code) ? diskFaults[code] : undefined;
  if (fault === undefined) {
    return new Failure('failed', `unexpected: ${messageOf(error)}`, `${seeMore}, and report this as a fault.`, {
      cause: error,
    });
  }
  return new Failure(
    'space',
    `${fault}${path === undefined ? '' : `, for ${path}`}: ${messageOf(error)}`,
    'Look at it with df -h and df -i: the folder of state: in continuity.yml, the temporary folder, the sources. Then run it again.',
    { cause: error },
  );
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
