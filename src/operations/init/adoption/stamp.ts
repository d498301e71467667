import { createHash } from 'node:crypto';
import type { ToolkitIdentity } from './toolkit.ts';

/** Which version wrote what: by it a clone without the toolkit can be checked. */
export interface Stamp {
  readonly version: string;
  /** `OWNER/REPO@SHA`. */
  readonly toolkit: string;
  /** SHA-256 of each file as that version writes it. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that the team keeps otherwise, as answered when asked: SHA-256, or null where there is to be none. */
  readonly byHand: Readonly<Record<string, string | null>>;
}

export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The stamp as a file; the same state gives the same bytes. */
export function writeStamp(
  { version, repository, commit }: ToolkitIdentity,
  { files, byHand }: Pick<Stamp, 'files' | 'byHand'>,
): string {
  const stamp: Stamp = { version, toolkit: `${repository}@${commit}`, files: sort(files), byHand: sort(byHand) };
  return `${JSON.stringify(stamp, undefined, 2)}\n`;
}

/** Undefined where the text is no stamp. */
export function readStamp(content: string): Stamp | undefined {
  try {
    const { version, toolkit, files, byHand } = JSON.parse(content) as Partial<Record<keyof Stamp, unknown>>;
    if (typeof version !== 'string' || typeof toolkit !== 'string' || !isTable(files) || !isTable(byHand))
      return undefined;
    return { version, toolkit, files: files as Stamp['files'], byHand: byHand as Stamp['byHand'] };
  } catch {
    return undefined;
  }
}

function isTable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((each) => each === null || typeof each === 'string')
  );
}

function sort<Value>(table: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}
