import { exitCodes, Failure, messageOf, type FailureKind } from '../../logging/failure.ts';
import { printable } from '../../logging/printable.ts';

/**
 * What a vault says on standard output: lines of JSON, `{"progress":[done,total]}` as often as it likes, then exactly
 * one `{"result":…,"bodyBytes":n}` or `{"error":{kind,message,next}}`, then n bytes and the end.
 */
export type Message =
  { progress: readonly [number, number] } | { result: unknown; bodyBytes: number } | { error: Failure };

/** The status of 4000 archives is one line of about a megabyte. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

export function formatProgress(done: number, total: number): string {
  return `{"progress":[${done},${total}]}\n`;
}

/** `bodyBytes` of raw bytes follow the line. */
export function formatResult(result: unknown, bodyBytes = 0): string {
  return `${JSON.stringify(bodyBytes > 0 ? { result, bodyBytes } : { result })}\n`;
}

/** What was thrown, as far as the other side may know of it: a Failure's own words, else the message alone. */
export function formatError(error: unknown): string {
  const { kind, message, next } = asFailure(error);
  return `${JSON.stringify({ error: { kind, message, next } })}\n`;
}

/** Reads one line. @throws Failure `vault` where it is none of the protocol's. */
export function parseMessage(line: string): Message {
  const raw = parseObject(line);
  const { progress, error, bodyBytes = 0 } = raw;
  if (Array.isArray(progress) && progress.length === 2 && progress.every(isCount)) {
    return { progress: progress as [number, number] };
  }
  if (typeof error === 'object' && error !== null) return { error: parseError(error as Record<string, unknown>) };
  if ('result' in raw && isCount(bodyBytes)) return { result: raw['result'], bodyBytes };
  throw misunderstood(line);
}

/** Something unexpected becomes a Failure of the vault; a Failure stays itself. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure('vault', messageOf(error), 'Look at the log on the backup server, then try again.', {
    cause: error,
  });
}

function parseError({ kind, message, next }: Record<string, unknown>): Failure {
  const isKnown = typeof kind === 'string' && kind !== 'ok' && Object.hasOwn(exitCodes, kind);
  return new Failure(isKnown ? (kind as FailureKind) : 'vault', shorten(message), shorten(next));
}

function parseObject(line: string): Record<string, unknown> {
  try {
    const raw: unknown = JSON.parse(line);
    if (typeof raw === 'object' && raw !== null) return raw as Record<string, unknown>;
  } catch {
    // Said below, with the line.
  }
  throw misunderstood(line);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function misunderstood(line: string): Failure {
  return new Failure(
    'vault',
    `protocol incompatibility: the backup server says ${JSON.stringify(shorten(line).slice(0, 80))}`,
    'Nothing but the toolkit may write to standard output there: look for a banner, an echo in .bashrc, another version.',
  );
}

function shorten(text: unknown): string {
  return printable(String(text)).slice(0, 2000);
}
