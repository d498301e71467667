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
  /** What of others stays in place of ours (workflows, npm scripts), because somebody said no when asked. */
  readonly declined?: readonly string[];
  /** Compose files that were named, relative to the repository; absent where docker compose finds them by itself. */
  readonly composeFiles?: readonly string[];
}

export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The stamp as a file; the same state gives the same bytes. */
export function writeStamp(
  { version, repository, commit }: ToolkitIdentity,
  { files, byHand, declined, composeFiles }: Omit<Stamp, 'version' | 'toolkit'>,
): string {
  const stamp: Stamp = {
    version,
    toolkit: `${repository}@${commit}`,
    files: sort(files),
    byHand: sort(byHand),
    ...(declined && declined.length > 0 ? { declined: [...declined].sort() } : {}),
    ...(composeFiles ? { composeFiles } : {}),
  };
  return `${JSON.stringify(stamp, undefined, 2)}\n`;
}

/** Undefined where the text is no stamp. */
export function readStamp(content: string): Stamp | undefined {
  try {
    const { version, toolkit, files, byHand, declined, composeFiles } = JSON.parse(content) as Partial<
      Record<keyof Stamp, unknown>
    >;
    if (typeof version !== 'string' || typeof toolkit !== 'string' || !isTable(files) || !isTable(byHand))
      return undefined;
    return {
      version,
      toolkit,
      files: files as Stamp['files'],
      byHand: byHand as Stamp['byHand'],
      ...(isList(declined) ? { declined } : {}),
      ...(isList(composeFiles) ? { composeFiles } : {}),
    };
  } catch {
    return undefined;
  }
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
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
