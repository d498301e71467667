import type { DatabaseRecord, Fingerprints } from '../../archive/manifest.ts';
import { silent, type Logger } from '../../logging/logger.ts';
import { dumpDatabase } from './dump.ts';
import { compareFingerprints, overlookContent } from './fingerprints.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

export interface CheckOptions {
  server: PostgresServer;
  staged: string;
  record: DatabaseRecord;
  /** What of the fingerprints is meant; all without. */
  only?: (all: Fingerprints) => Fingerprints;
  log?: Logger;
  signal?: AbortSignal | undefined;
}

/**
 * Dumps a loaded database once more and compares it with what was recorded when the archive was made: one line per
 * difference, none where all is equal. Tables whose rows were left out of the dump are there, and empty.
 * @throws Failure `source` where the dump fails.
 */
export async function checkStaged(options: CheckOptions): Promise<string[]> {
  return compare(options, await dumpStaged(options));
}

/**
 * The same for a dump that was not made here, whose times may be in another zone: each of `timezones` is tried. In a
 * table whose rows are as many as expected and differ in all of them, something may be written otherwise now, by another
 * version: such tables are named in `uncompared`.
 */
export async function checkForeignStaged(
  options: CheckOptions,
  timezones: readonly string[],
): Promise<{ differences: string[]; uncompared: string[] }> {
  const { record, only = all } = options;
  let found: DatabaseRecord | undefined;
  for (const timezone of timezones) {
    found = await dumpStaged({ ...options, timezone });
    if (compare(options, found).length === 0) return { differences: [], uncompared: [] };
  }
  if (!found) throw new RangeError('no time zone to compare in');
  const { fingerprints, overlooked } = overlookContent(only(record.fingerprints), only(found.fingerprints));
  return { differences: compare(options, { ...found, fingerprints }), uncompared: overlooked };
}

/** Dumps a staged database without keeping it, its times as they are in `timezone`: gives what is to be known of it. */
async function dumpStaged({
  server,
  staged,
  record,
  timezone,
  log = silent,
  signal,
}: CheckOptions & { timezone?: string }): Promise<DatabaseRecord> {
  const dump = dumpDatabase({
    server,
    database: staged,
    dump: record.dump,
    source: record.source,
    applicationName: restoreApplicationName,
    log,
    ...(timezone === undefined ? {} : { timezone }),
    ...(signal ? { signal } : {}),
  });
  let comparedBytes = 0;
  for await (const chunk of dump.chunks) comparedBytes += chunk.length;
  log.debug(`database "${staged}": ${comparedBytes} bytes of its dump compared`);
  return (await dump.finished).record;
}

function compare({ record, only = all }: CheckOptions, found: DatabaseRecord): string[] {
  const expected = only(record.fingerprints);
  const fingerprints = leaveOutEmpty(only(found.fingerprints), expected);
  return [...compareFacts(record, found), ...compareFingerprints(expected, fingerprints)];
}

function all(fingerprints: Fingerprints): Fingerprints {
  return fingerprints;
}

function leaveOutEmpty(found: Fingerprints, expected: Fingerprints): Fingerprints {
  const tables = Object.entries(found.tables).filter(([name, { rows }]) => rows > 0 || name in expected.tables);
  return { ...found, tables: Object.fromEntries(tables) };
}

function compareFacts(expected: DatabaseRecord, found: DatabaseRecord): string[] {
  const keys = ['encoding', 'collate', 'ctype', 'localeProvider', 'icuLocale'] as const;
  const differences = keys
    .filter((key) => expected[key] !== found[key])
    .map((key) => `${key}: ${expected[key] ?? 'none'} expected, ${found[key] ?? 'none'} found`);
  const names = new Set(found.extensions.map(({ name }) => name));
  const missing = expected.extensions.filter(({ name }) => !names.has(name));
  return [...differences, ...missing.map(({ name }) => `extension ${name}: missing`)];
}
