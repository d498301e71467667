import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretReference } from '../config/config.ts';
import { Failure } from '../logging/failure.ts';
import { printable } from '../logging/printable.ts';
import type { Alert, Delivery } from './alert.ts';

/** A way to reach people. */
export interface Channel {
  /** Holds no secret. */
  readonly label: string;
  /** Resolves once the other side has taken it. Rejects with `NotDelivered` or `Failure`; gives up when `signal` is aborted. */
  readonly send: (alert: Alert, signal: AbortSignal) => Promise<void>;
}

/** What a channel was told by the other side, without any address. `isFinal`: the same again would only fail the same way. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  readonly isFinal: boolean;

  constructor(message: string, isFinal = false) {
    super(message);
    this.isFinal = isFinal;
  }
}

export interface DeliveryLimits {
  /** How long one attempt may take, in milliseconds. */
  readonly attemptMs: number;
  /** How long to wait before the second attempt, in milliseconds. */
  readonly pauseMs: number;
}

export const usualLimits: DeliveryLimits = { attemptMs: 20_000, pauseMs: 3_000 };

/** Tries twice at most, and never rejects. */
export async function attempt(
  channel: string,
  send: (signal: AbortSignal) => Promise<void>,
  { attemptMs, pauseMs }: DeliveryLimits,
): Promise<Delivery> {
  for (let round = 1; ; round += 1) {
    const signal = AbortSignal.timeout(attemptMs);
    try {
      await send(signal);
      return { channel, isDelivered: true };
    } catch (error) {
      const isFinal = error instanceof Failure || (error instanceof NotDelivered && error.isFinal);
      if (round === 2 || isFinal) {
        const cause = signal.aborted ? `no answer within ${attemptMs / 1000} s` : describe(error);
        return { channel, isDelivered: false, error: cause };
      }
      await sleep(pauseMs);
    }
  }
}

/** Only errors that were made with care are shown: those of libraries may hold addresses and passwords. */
function describe(error: unknown): string {
  if (error instanceof NotDelivered || error instanceof Failure) return printable(error.message);
  return `failed (${readCode(error)})`;
}

/** The system's code behind an error, however deep. */
export function readCode(error: unknown): string {
  for (let [cause, depth] = [error, 0]; typeof cause === 'object' && cause !== null && depth < 10; depth += 1) {
    const { code, cause: deeper, errors } = cause as { code?: unknown; cause?: unknown; errors?: unknown[] };
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
    cause = deeper ?? errors?.[0];
  }
  return 'unknown error';
}

/** Where a secret is to be found, for labels. */
export function nameReference(reference: SecretReference): string {
  return reference.from === 'environment' ? reference.variable : reference.file;
}
