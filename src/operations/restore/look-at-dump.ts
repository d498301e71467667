import type { DatabaseRecord, Manifest } from '../../archive/manifest.ts';
import { formatTime } from '../../logging/format-time.ts';
import { planDatabaseRestore, type DatabasePlan } from '../../sources/postgres/restore-plan.ts';
import type { PostgresServer } from '../../sources/postgres/server.ts';
import { serverOf } from '../connect-server.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';

/** What every plan says of the archive that it is from. */
export interface PlannedArchive {
  archive: string;
  /** When the archive was made, RFC 3339, and how old that is now. */
  made: string;
  ageMs: number;
  /** What the newest verification of it came to, by the vault's word; absent where it never was verified. */
  verified?: NonNullable<OpenArchive['verdict']>;
}

export function describeArchive(
  { now }: Platform,
  { name, verdict }: Pick<OpenArchive, 'name' | 'verdict'>,
  { started }: Pick<Manifest, 'started'>,
): PlannedArchive {
  return {
    archive: name,
    made: started,
    ageMs: now().getTime() - Date.parse(started),
    ...(verdict ? { verified: verdict } : {}),
  };
}

/** What is to be known of an archive that a verification found damaged. */
export function warnOfDamage({ name, verdict }: Pick<OpenArchive, 'name' | 'verdict'>, timezone: string): string[] {
  if (!verdict || verdict.isSound) return [];
  return [
    `a verification found ${name} damaged (${formatTime(verdict.time, timezone)}): what is damaged cannot be restored from it, and verify names it; all else can, by its name`,
  ];
}

/**
 * Looks at the server that a dump would go to, where it would be called `live`: what is in the way, or why there is no
 * such server. @throws Failure `source` where it does not answer.
 */
export async function lookAtDump(
  platform: Platform,
  archive: Pick<OpenArchive, 'text' | 'isForeign' | 'appraisal'>,
  globals: Readonly<Record<string, unknown>>,
  { key, record, live }: { key: string; record: DatabaseRecord; live: string },
): Promise<{ server: PostgresServer; found: DatabasePlan } | { refusal: string }> {
  const { config } = platform;
  if (!config.databases.some(({ name }) => name === record.source)) {
    return {
      refusal: `database "${key}" is in the archive, but databases.${record.source} is not in ${config.file}`,
    };
  }
  const globalsName = `db/globals-${record.source}.sql`;
  const globalsSql = globalsName in globals ? await archive.text(globalsName) : undefined;
  const server = await serverOf(platform, record.source);
  const found = await planDatabaseRestore({
    server,
    record,
    live,
    ...(globalsSql === undefined ? {} : { globalsSql }),
    isForeign: archive.isForeign,
    allowOldClient: archive.appraisal?.allowsOldClient === true,
  });
  return { server, found };
}
