import type { DatabaseRecord, Fingerprints } from '../../archive/manifest.ts';
import { silent, type Logger } from '../../logging/logger.ts';
import { dumpDatabase } from './dump.ts';
import { compareFingerprints } from './fingerprints.ts';
import { restoreApplicationName } from './restore-session.ts';
import type { PostgresServer } from './server.ts';

export interface CheckOptions {
  server: PostgresServer;
  staged: string;
  record: DatabaseRecord;
  log?: Logger;
  signal?: AbortSignal | undefined;
}

/**
 * Dumps a loaded database once more and compares it with what was recorded when the archive was made: one line per
 * difference, none where all is equal. Tables whose rows were left out of the dump are there, and empty.
 * @throws Failure `source` where the dump fails.
 */
export async function checkStaged({ server, staged, record, log = silent, signal }: CheckOptions): Promise<string[]> {
  const dump = dumpDatabase({
    server,
    database: staged,
    dump: record.dump,
    source: record.source,
    applicationName: restoreApplicationName,
    log,
    ...(signal ? { signal } : {}),
  });
  let comparedBytes = 0;
  for await (const chunk of dump.chunks) comparedBytes += chunk.length;
  log.debug(`database "${staged}": ${comparedBytes} bytes of its dump compared`);
  const { record: found } = await dump.finished;
  const fingerprints = leaveOutEmpty(found.fingerprints, record.fingerprints);
  return [...compareFacts(record, found), ...compareFingerprints(record.fingerprints, fingerprints)];
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
