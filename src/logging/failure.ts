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

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
