import { parseArchiveName } from '../config/archive-name.ts';
import type { ArchiveSummary } from '../vault/vault-client.ts';
import { list } from './list.ts';
import type { Platform } from './platform.ts';

const DAY_MS = 86_400_000;

/**
 * What the vault holds of the last nights, newest first. One connection and one question of its own, so that nobody pays
 * for it who does not want it.
 */
export async function listRecentNights(platform: Platform, nights = 30): Promise<ArchiveSummary[]> {
  return chooseNights(await list(platform), nights);
}

/**
 * One archive for each of the last `nights` calendar dates that has any, counted back from the newest: its nightly, else
 * the newest of that date. Safety copies are no backup of a night.
 */
export function chooseNights(archives: readonly ArchiveSummary[], nights: number): ArchiveSummary[] {
  const byDate = new Map<string, ArchiveSummary>();
  for (const archive of archives) {
    const name = parseArchiveName(archive.name);
    if (!name || archive.trigger === 'safety') continue;
    const present = byDate.get(name.date);
    if (!present || isBetter(archive, present)) byDate.set(name.date, archive);
  }
  const newestFirst = [...byDate].sort(([a], [b]) => (a < b ? 1 : -1));
  const since = Date.parse(newestFirst[0]?.[0] ?? '') - nights * DAY_MS;
  return newestFirst.filter(([date]) => Date.parse(date) > since).map(([, archive]) => archive);
}

function isBetter(archive: ArchiveSummary, present: ArchiveSummary): boolean {
  const isNightly = ({ name }: ArchiveSummary): boolean => parseArchiveName(name)?.time === undefined;
  if (isNightly(archive) !== isNightly(present)) return isNightly(archive);
  return archive.sealed > present.sealed;
}
