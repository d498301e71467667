import type { DatabaseRecord } from '../../archive/manifest.ts';
import { groupBy } from '../../system/group-by.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import { lookAtDump } from './look-at-dump.ts';
import type { RestorePlan } from './restore-plan.ts';
import { compareAllRows } from './row-counts.ts';

/**
 * Compares the chosen dumps with what stands there now: what is in the way, and the rows of live tables.
 * @throws Failure `source` where a server does not answer.
 */
export async function planAllDatabases(
  platform: Platform,
  archive: Pick<OpenArchive, 'text' | 'isForeign' | 'appraisal'>,
  globals: Readonly<Record<string, unknown>>,
  chosen: readonly (readonly [key: string, record: DatabaseRecord])[],
): Promise<Pick<RestorePlan, 'databases' | 'refusals' | 'warnings'>> {
  const plan: Pick<RestorePlan, 'databases' | 'refusals' | 'warnings'> = { databases: [], refusals: [], warnings: [] };
  const refusals: { key: string; text: string }[] = [];
  const warnings: { key: string; text: string }[] = [];
  for (const [key, record] of chosen) {
    const looked = await lookAtDump(platform, archive, globals, { key, record, live: record.database });
    if ('refusal' in looked) {
      plan.refusals.push(looked.refusal);
      continue;
    }
    const { found } = looked;
    plan.databases.push({ ...found, record, key });
    refusals.push(...found.refusals.map((text) => ({ key, text })));
    warnings.push(...found.warnings.map((text) => ({ key, text })));
  }
  // One program serves many databases: what is said of it is said once, with all their names.
  plan.refusals.push(...sayTogether(refusals));
  plan.warnings.push(...sayTogether(warnings));
  const live = plan.databases.filter(({ exists }) => exists);
  const counts = await compareAllRows(platform, live);
  plan.databases = plan.databases.map((planned) => {
    const rows = counts.rows.get(planned.key);
    return rows ? { ...planned, rows } : planned;
  });
  plan.warnings.push(...counts.warnings);
  return plan;
}

function sayTogether(said: readonly { key: string; text: string }[]): string[] {
  return [...groupBy(said, ({ text }) => text)].map(
    ([text, members]) => `${members.map(({ key }) => key).join(', ')}: ${text}`,
  );
}
