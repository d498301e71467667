import type { BenchOptions } from './options.ts';

export interface Circumstances {
  hasVolumes: boolean;
  hasCable: boolean;
  countsExactly: boolean;
}

/** What a reader of the table has to know. */
export function listNotes({ only, repeat, scattered }: BenchOptions, circumstances: Circumstances): string[] {
  const { hasVolumes, hasCable, countsExactly } = circumstances;
  const takesPart = (kind: BenchOptions['only'][number]) => only.includes(kind);
  const others = only.some((kind) => kind !== 'ours');
  const notes: [boolean, string][] = [
    [repeat < 3, `Medians of ${repeat}: at least three rounds would say more.`],
    [others, 'All others dump the four databases side by side with pg_dump first, which is part of their time.'],
    [takesPart('plain'), 'plain: pg_dump, cp -a, tar czf, rsync over SSH, as a script does.'],
    [takesPart('restic'), 'restic: over SFTP, default settings (compression auto); it encrypts always.'],
    [takesPart('borg'), 'borg: over SSH, default settings (compression lz4), encryption none.'],
    [
      takesPart('ours'),
      'ours: the committed bundles, forced commands; it also takes fingerprints of all tables and reads back what was sealed.',
    ],
    [true, 'Making a repository is not measured; nor is what is written out after the last program has ended.'],
    [true, 'MEM is the largest single program on that side; STORED the growth of the file system, as df sees it.'],
    [scattered, 'The edited rows lie all over their tables.'],
    [!scattered, 'Half of the changed rows are new, the others were the latest.'],
    [!hasVolumes, 'Nothing could be mounted: vaults are plain folders of one disk, and STORED is what du says.'],
    [!hasCable, 'No network namespace: bytes are counted by a relay that takes time of its own, without headers.'],
    [!countsExactly, 'No control groups: CPU is what was seen every 20 ms, and short programs are missing.'],
  ];
  return notes.flatMap(([holds, note]) => (holds ? [note] : []));
}
