import type { Manifest } from '../../archive/manifest.ts';
import type { ArchiveSummary, VaultStatus } from '../../vault/vault-client.ts';

/** One archive, as it is looked at to find out when the data went bad. Sizes in bytes. */
export interface Night {
  name: string;
  sealed: string;
  sizeBytes: number;
  /** What no earlier archive held. */
  newBytes: number;
  verdict?: ArchiveSummary['verdict'];
  fault?: string;
  /** Where the manifest could be read: rows and tables by dump. */
  databases?: Record<string, { tables: number; rows: number; changedTables?: number }>;
  /** Likewise, by file source. */
  files?: Record<string, { files: number; bytes: number }>;
  /** What stands out against the night before, in French. */
  marks: string[];
}

const BEFORE = 4;
const AFTER = 3;

/**
 * The archives around an instant, oldest first: four sealed before it, three from it on; the newest eight without one.
 * Nightly ones where there are that many, so that a day of many pushes does not fill the table.
 */
export function pickNights({ archives }: VaultStatus, since: Date | undefined): ArchiveSummary[] {
  const ours = archives
    .filter(({ isForeign, trigger }) => !isForeign && trigger !== 'safety')
    .sort((a, b) => (a.sealed < b.sealed ? -1 : 1));
  if (!since) return preferNightly(ours, BEFORE + AFTER + 1, 'last');
  const isBefore = ({ sealed }: ArchiveSummary): boolean => Date.parse(sealed) < since.getTime();
  return [
    ...preferNightly(ours.filter(isBefore), BEFORE, 'last'),
    ...preferNightly(
      ours.filter((archive) => !isBefore(archive)),
      AFTER,
      'first',
    ),
  ];
}

function preferNightly(archives: readonly ArchiveSummary[], count: number, end: 'first' | 'last'): ArchiveSummary[] {
  const take = (list: readonly ArchiveSummary[], many: number): ArchiveSummary[] =>
    end === 'first' ? list.slice(0, many) : many === 0 ? [] : list.slice(-many);
  const nightly = take(
    archives.filter(({ trigger }) => trigger === 'nightly'),
    count,
  );
  const rest = take(
    archives.filter((archive) => !nightly.includes(archive)),
    count - nightly.length,
  );
  return [...nightly, ...rest].sort((a, b) => (a.sealed < b.sealed ? -1 : 1));
}

/** An archive beside the one before it; manifests are absent where they could not be read. */
export function describeNight(
  archive: ArchiveSummary,
  isFirstOfAll: boolean,
  manifest: Manifest | undefined,
  before: Manifest | undefined,
): Night {
  const { name, sealed, sizeBytes, newBytes, verdict, fault } = archive;
  const marks = isFirstOfAll ? [] : markNewContent(sizeBytes, newBytes);
  const night: Night = {
    name,
    sealed,
    sizeBytes,
    newBytes,
    ...(verdict ? { verdict } : {}),
    ...(fault === undefined ? {} : { fault }),
    marks,
  };
  if (!manifest) return night;
  night.databases = countRowsByDatabase(manifest, before);
  night.files = countFiles(manifest);
  if (before) {
    marks.push(...markRows(night.databases, countRowsByDatabase(before, undefined)));
    marks.push(...markFiles(night.files, countFiles(before)));
  }
  return night;
}

function countRowsByDatabase(manifest: Manifest, before: Manifest | undefined): NonNullable<Night['databases']> {
  return Object.fromEntries(
    Object.entries(manifest.databases).map(([name, { fingerprints }]) => {
      const tables = Object.entries(fingerprints.tables);
      const former = before?.databases[name]?.fingerprints.tables;
      const rows = tables.reduce((sum, [, table]) => sum + table.rows, 0);
      const changed = former && tables.filter(([table, { sha256 }]) => former[table]?.sha256 !== sha256).length;
      return [name, { tables: tables.length, rows, ...(changed === undefined ? {} : { changedTables: changed }) }];
    }),
  );
}

function countFiles(manifest: Manifest): NonNullable<Night['files']> {
  return Object.fromEntries(Object.entries(manifest.files).map(([name, { files, bytes }]) => [name, { files, bytes }]));
}

/** Encrypted files are as many as before, and every one of them is new. */
function markNewContent(sizeBytes: number, newBytes: number): string[] {
  const share = sizeBytes === 0 ? 0 : newBytes / sizeBytes;
  if (share < 0.5 || newBytes < 1_000_000) return [];
  return [`${Math.round(share * 100)} % du contenu est nouveau`];
}

function markRows(now: NonNullable<Night['databases']>, then: NonNullable<Night['databases']>): string[] {
  const gone = Object.keys(then).filter((name) => !now[name]);
  return [
    ...gone.map((name) => `${name} : n'y est plus`),
    ...Object.entries(now).flatMap(([name, { rows, tables, changedTables = 0 }]) => {
      const former = then[name];
      if (!former) return [];
      return [
        ...(hasCollapsed(rows, former.rows) ? [`${name} : ${former.rows} → ${rows} lignes`] : []),
        ...(hasCollapsed(tables, former.tables) ? [`${name} : ${former.tables} → ${tables} tables`] : []),
        ...(changedTables >= 3 && changedTables * 2 >= tables
          ? [`${name} : ${changedTables} tables sur ${tables} ont changé`]
          : []),
      ];
    }),
  ];
}

function markFiles(now: NonNullable<Night['files']>, then: NonNullable<Night['files']>): string[] {
  const gone = Object.keys(then).filter((name) => !now[name]);
  return [
    ...gone.map((name) => `${name} : n'y est plus`),
    ...Object.entries(now).flatMap(([name, { files, bytes }]) => {
      const former = then[name];
      if (!former) return [];
      if (hasCollapsed(files, former.files)) return [`${name} : ${former.files} → ${files} fichiers`];
      if (former.files >= 10 && files >= former.files * 1.5) return [`${name} : ${former.files} → ${files} fichiers`];
      return hasCollapsed(bytes, former.bytes) ? [`${name} : le volume a fondu`] : [];
    }),
  ];
}

/** A fifth less than the night before. */
function hasCollapsed(now: number, then: number): boolean {
  return then > 0 && now <= then * 0.8;
}
