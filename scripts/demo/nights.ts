import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../src/logging/failure.ts';
import { formatBytes, formatDuration } from '../../src/logging/quantity-text.ts';
import { backup, type BackupResult } from '../../src/operations/backup.ts';
import { changeOnePercent } from './changes.ts';
import type { Stage } from './stage.ts';
import type { Story } from './story.ts';

/** Whoever changed a file this long ago cannot change it again without its time telling. */
const SETTLED_MS = 2_100;

/** The nightly of today. */
export async function playNight(story: Story, stage: Stage): Promise<BackupResult> {
  await sleep(SETTLED_MS);
  story.command('backup --nightly');
  const night = await backup(stage.platform, { trigger: 'nightly' });
  const { databases = {}, files = {} } = night.manifest ?? {};
  const tables = Object.values(databases).flatMap(({ fingerprints }) => Object.keys(fingerprints.tables)).length;
  const dumped = dumpedBytes(night);
  const kinds = Object.entries(files).map(
    ([name, record]) => `${name}: ${record.files} files, ${formatBytes(record.bytes)}`,
  );
  story.fact('archive', `${night.archive}, ${formatBytes(night.sizeBytes)}`);
  story.fact('holds', `${Object.keys(databases).length} databases: ${tables} tables, ${formatBytes(dumped)} of SQL`);
  for (const kind of kinds) story.fact('holds', kind);
  return night;
}

/** The day between: 1 % of everything changes, and the calendar moves on. */
export async function playDay(story: Story, stage: Stage): Promise<void> {
  const filesChanged = await changeOnePercent(stage.cluster, stage.uploads);
  stage.passDays(1);
  story.fact('calendar', 'moved on by one day, for the platform alone');
  story.fact('databases', 'about 1 in 100 rows of the large tables added or changed; a new large object');
  story.fact('uploads', filesChanged);
}

/** Both nights side by side. @throws Failure where the second one did not travel light. */
export function compareNights(story: Story, first: BackupResult, second: BackupResult): string {
  const row = (label: string, read: (night: BackupResult) => number) => {
    const [before, after] = [read(first), read(second)];
    return [label, formatBytes(before), formatBytes(after), formatShare(after, before)];
  };
  story.table(
    [
      ['', 'FIRST NIGHT', 'SECOND NIGHT', 'SHARE'],
      row('archive, complete', (night) => night.sizeBytes),
      row('files read', (night) => night.readBytes),
      row('sent to the vault', (night) => night.sentBytes),
      row('new in the vault', (night) => night.storedBytes),
      [
        'time',
        formatDuration(first.durationMs),
        formatDuration(second.durationMs),
        formatShare(second.durationMs, first.durationMs),
      ],
    ],
    [1, 2, 3],
  );
  if (second.readBytes * 4 > first.readBytes || second.sentBytes * 4 > first.sentBytes) {
    throw new Failure(
      'failed',
      `after 1 % of changes the second night read ${formatBytes(second.readBytes)} and sent ${formatBytes(second.sentBytes)}: too much`,
      'This is a fault of the toolkit: please report it.',
    );
  }
  return `${formatShare(second.readBytes, first.readBytes)} of the files read, ${formatShare(second.sentBytes, first.sentBytes)} sent`;
}

function dumpedBytes({ manifest }: BackupResult): number {
  return Object.values(manifest?.databases ?? {}).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function formatShare(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (part / whole) * 100;
  return `${percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}
