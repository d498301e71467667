import type { PathChoice } from '../archive/path-choice.ts';
import type { Manifest } from '../archive/manifest.ts';
import { selectArchive } from '../config/archive-name.ts';
import { Failure } from '../logging/failure.ts';
import { compareDatabases, type DatabaseDiff } from './diff/compare-databases.ts';
import type { EntryDifference } from './diff/compare-entries.ts';
import { DiffChoice } from './diff/diff-choice.ts';
import { diffArchivedFiles, diffLiveFiles, type FilesQuestion } from './diff/diff-files.ts';
import { diffLiveDatabases, type ArchivedDatabase, type DiffFault } from './diff/diff-live-databases.ts';
import { describeFile, type FileDiff, type SourceDiff } from './diff/files-diff.ts';
import type { OpenArchive } from './open-archive.ts';
import { openVault } from './open-vault.ts';
import type { Platform } from './platform.ts';
import { resolveArchive } from './resolve-archive.ts';
import { openArchive } from './with-archive.ts';

export interface DiffOptions {
  /** Name, date or `latest`: what was. */
  archive: string;
  /** What is: another archive, or `live`, the present state. */
  against: string;
  /** Names of sources, or of single dumps; everything without. */
  select?: readonly string[];
  /** Paths and globs; files alone are compared then. */
  paths?: PathChoice;
  /** Of live databases count the rows, instead of reading them. */
  isQuick?: boolean;
  /** Told of each name that differs, as it is found: there may be a million. */
  onFile?: (file: FileDiff) => Promise<void>;
}

/** One side of a comparison; without an archive it is the present state. */
export interface DiffSide {
  archive?: string;
  /** When it was made, or looked at. */
  time: string;
}

export interface DiffResult {
  before: DiffSide;
  after: DiffSide;
  /** False also where something could not be compared. */
  isSame: boolean;
  /** Of live databases the rows were counted, and not read. */
  isQuick: boolean;
  databases: DatabaseDiff[];
  files: SourceDiff[];
  /** The first thousand names that differ; how many more there are. */
  listed: FileDiff[];
  omitted: number;
  /** What could not be compared. */
  faults: DiffFault[];
  durationMs: number;
}

const LISTED = 1000;

/**
 * Says what changed from one archive to another, or to the present state: databases by their fingerprints, files by type,
 * content and attributes. Nothing is changed, and nothing locked.
 * @throws Failure `usage` where neither side has what was asked for.
 */
export async function diff(platform: Platform, options: DiffOptions): Promise<DiffResult> {
  const begun = Date.now();
  // What nobody can mean is refused before the vault is asked.
  selectArchive(options.archive);
  if (options.against !== 'live') selectArchive(options.against);
  const { paths } = options;
  const listed: FileDiff[] = [];
  let differing = 0;
  let seen = 0;
  const choice = new DiffChoice(options.select, paths);
  const question: FilesQuestion = {
    wants: (name) => {
      if (!choice.wantsFile(name)) return false;
      seen++;
      return true;
    },
    onDifference: async (difference: EntryDifference) => {
      const file = describeFile(difference);
      if (differing++ < LISTED) listed.push(file);
      await options.onFile?.(file);
    },
  };
  const vault = await openVault(platform, 'reader');
  const opened: OpenArchive[] = [];
  try {
    const status = await vault.status();
    const open = async (request: string): Promise<OpenArchive> => {
      const archive = await openArchive(platform, vault, resolveArchive(request, status));
      opened.push(archive);
      return archive;
    };
    const archive = await open(options.archive);
    const manifest = await archive.manifest();
    const before: DiffSide = { archive: archive.name, time: manifest.started };
    let after: DiffSide = { time: platform.now().toISOString() };
    let compared: Compared;
    if (options.against === 'live')
      compared = await compareLive(platform, archive, manifest, choice, question, options);
    else {
      const other = await open(options.against);
      const otherManifest = await other.manifest();
      after = { archive: other.name, time: otherManifest.started };
      compared = await compareArchives([archive, manifest], [other, otherManifest], choice, question);
    }
    for (const archive of opened)
      compared.faults.push(...appraise(platform, archive, await archive.manifest(), choice));
    if (paths && seen === 0) {
      const asked = paths.texts.map((text) => JSON.stringify(text)).join(', ');
      throw new Failure(
        'usage',
        `neither side holds anything at ${asked}`,
        `Paths begin with a source: ls ${archive.name} lists them all.`,
      );
    }
    const { databases, files, faults } = compared;
    return {
      before,
      after,
      isSame: faults.length === 0 && differing === 0 && databases.every(({ state }) => state === 'same'),
      isQuick: options.isQuick === true && options.against === 'live',
      databases,
      files,
      listed,
      omitted: differing - listed.length,
      faults,
      durationMs: Date.now() - begun,
    };
  } finally {
    for (const archive of opened) await archive.close();
    await vault.close();
  }
}

type Compared = Pick<DiffResult, 'databases' | 'files' | 'faults'>;

async function compareArchives(
  [before, was]: [OpenArchive, Manifest],
  [after, is]: [OpenArchive, Manifest],
  choice: DiffChoice,
  question: FilesQuestion,
): Promise<Compared> {
  choice.check([was, is], []);
  const [left, right] = [recordsOf(before, was), recordsOf(after, is)];
  const databases = Object.entries({ ...left, ...right })
    .filter(([key, { source }]) => choice.wantsDump(key, source))
    .map(([key]) => compareDatabases(key, left[key], right[key]));
  const sources = Object.keys({ ...was.files, ...is.files })
    .filter((source) => choice.wantsSource(source))
    .map((source) => {
      const state = !was.files[source] ? 'added' : !is.files[source] ? 'removed' : 'compared';
      return [source, state] as const;
    });
  const files = await diffArchivedFiles(before, after, Object.fromEntries(sources), question);
  return { databases: sort(databases, ({ database }) => database), files, faults: [] };
}

async function compareLive(
  platform: Platform,
  archive: OpenArchive,
  manifest: Manifest,
  choice: DiffChoice,
  question: FilesQuestion,
  { isQuick = false }: DiffOptions,
): Promise<Compared> {
  const { databases, files } = platform.config;
  choice.check(
    [manifest],
    [...databases, ...files].map(({ name }) => name),
  );
  const live = await diffLiveDatabases(platform, {
    records: recordsOf(archive, manifest),
    wants: (key, source) => choice.wantsDump(key, source),
    isQuick,
  });
  const sources = [...new Set([...Object.keys(manifest.files), ...files.map(({ name }) => name)])]
    .filter((source) => choice.wantsSource(source))
    .sort();
  const compared = await diffLiveFiles(platform, archive, manifest.files, sources, question);
  return { databases: live.databases, files: compared.files, faults: [...live.faults, ...compared.faults] };
}

function recordsOf({ isForeign }: OpenArchive, { databases }: Manifest): Record<string, ArchivedDatabase> {
  return Object.fromEntries(Object.entries(databases).map(([key, record]) => [key, { ...record, isForeign }]));
}

/** What of an archive of the former script cannot be relied on. */
function appraise({ logger }: Platform, archive: OpenArchive, manifest: Manifest, choice: DiffChoice): DiffFault[] {
  const databases = Object.entries(manifest.databases).filter(([key, { source }]) => choice.wantsDump(key, source));
  const judgement = archive.appraisal?.judge({
    databases: databases.map(([key]) => key),
    files: Object.keys(manifest.files).filter((source) => choice.wantsSource(source)),
  });
  for (const warning of judgement?.warnings ?? []) logger.warning(warning);
  return (judgement?.damage ?? []).map((reason) => ({ what: archive.name, reason }));
}

function sort<T>(all: T[], by: (one: T) => string): T[] {
  return all.sort((a, b) => (by(a) < by(b) ? -1 : 1));
}
