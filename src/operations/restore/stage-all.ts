import type { Manifest } from '../../archive/manifest.ts';
import { Failure } from '../../logging/failure.ts';
import type { OpenArchive } from '../open-archive.ts';
import type { Platform } from '../platform.ts';
import type { ChosenFiles } from './choose.ts';
import type { DatabaseSwap, FilesSwap, RestoreJournal } from './journal.ts';
import { workDirectoryOf } from './own-paths.ts';
import { planAllFiles } from './plan-restore.ts';
import type { RestorePlan } from './restore-plan.ts';
import { createRoles, stageDatabases } from './stage-databases.ts';
import { stageFiles, writeDirectories } from './stage-files.ts';
import { syncFileSystems } from './sync-file-systems.ts';
import { describeTorn } from './torn-links.ts';

/** A restore whose journal says `staging`. */
export interface StagingRun {
  platform: Platform;
  archive: OpenArchive;
  manifest: Manifest;
  /** The files that are meant; the plan says what that comes to. */
  chosen: readonly ChosenFiles[];
  plan: RestorePlan;
  journal: RestoreJournal;
}

/** What is staged, and proven. */
export interface Staged {
  createdRoles: string[];
  notes: string[];
  databases: DatabaseSwap[];
  /** Dumps of which the rows of some tables were only counted. */
  uncompared: string[];
  files: FilesSwap[];
  /** How long either took. */
  databasesMs: number;
  filesMs: number;
}

/** Stages and proves all that was planned; it is on disk when this returns. */
export async function stageAll({ platform, archive, manifest, plan, journal }: StagingRun): Promise<Staged> {
  const begun = Date.now();
  const { created: createdRoles, notes } = await createRoles(platform, archive, manifest, plan.databases);
  const dumps = await stageDatabases(platform, archive, plan.databases, journal.databases);
  notes.push(...dumps.flatMap(({ proof }) => proof.notes));
  const databasesMs = Date.now() - begun;
  const files: FilesSwap[] = [];
  for (const [position, planned] of plan.files.entries()) {
    const swap = journal.files[position];
    if (!swap) continue;
    platform.logger.info(`Fetching what differs in ${planned.source}: ${planned.wanted.size} entries.`);
    const staged = await stageFiles(archive, planned, swap);
    notes.push(...staged.notes, ...describeTorn(planned.source, planned.torn));
    files.push({ ...swap, inodes: staged.inodes });
  }
  // What is staged is on disk before the journal says that it counts.
  await syncFileSystems([platform.config.state, ...journal.files.map(({ root }) => root)]);
  return {
    createdRoles,
    notes,
    databases: dumps.map(({ swap }) => swap),
    uncompared: dumps.filter(({ proof }) => proof.uncompared.length > 0).map(({ key }) => key),
    files,
    databasesMs,
    filesMs: Date.now() - begun - databasesMs,
  };
}

/**
 * Stages what was added or changed in the files between the plan and the moment at which their services were halted, and
 * notes down anew what is to go. Databases need nothing: each is replaced as a whole. What it stages counts as planned.
 * @returns what is to be said of it
 */
export async function stageRest({ platform, archive, manifest, chosen, plan, journal }: StagingRun): Promise<string[]> {
  const workDirectory = workDirectoryOf(platform.config.state, journal.id);
  const { files } = await planAllFiles(platform, archive, manifest, chosen, workDirectory);
  const notes: string[] = [];
  for (const later of files) {
    const swap = journal.files.find(({ source }) => source === later.source);
    const staged = plan.files.find(({ source }) => source === later.source)?.wanted ?? new Set<string>();
    if (!swap) continue;
    if (later.elsewhere.count > 0) {
      throw new Failure(
        'refused',
        `a file system was mounted below ${later.path} while the restore was staged`,
        'Unmount it, or make it a source of its own, then run the restore again.',
      );
    }
    for (const name of staged) later.wanted.delete(name);
    if (later.wanted.size === 0) {
      await writeDirectories(archive, later, swap);
      continue;
    }
    platform.logger.info(`Fetching what else differs in ${later.source} by now: ${later.wanted.size} entries.`);
    notes.push(...(await stageFiles(archive, later, swap)).notes);
    for (const name of later.wanted) staged.add(name);
  }
  await syncFileSystems([platform.config.state, ...journal.files.map(({ root }) => root)]);
  return notes;
}
