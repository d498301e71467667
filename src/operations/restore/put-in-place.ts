import { Failure } from '../../logging/failure.ts';
import { haltServices } from '../services/halt-services.ts';
import { isUsed, type Users } from '../services/find-users.ts';
import { resumeServices, type Resumed } from '../services/resume-services.ts';
import type { Platform } from '../platform.ts';
import { carryThrough, type CarriedThrough } from './carry-through.ts';
import { followContainers } from './follow-container.ts';
import { writeJournal, type RestoreJournal } from './journal.ts';
import { noteWayBack } from './note-way-back.ts';
import { orDiscard } from './or-discard.ts';
import { staysSingleRename } from './single-rename.ts';
import { confirmStaged } from './stage-files.ts';

/** What became of the services that use what was replaced. */
export interface ServicesReport {
  /** Were stopped, or paused, while it was put in place. */
  stopped: string[];
  /** Of these, those that run again. */
  started: string[];
  /** Why others do not, or are not healthy, a sentence each. */
  faults: string[];
  /** From the first stop to the last start. */
  downtimeMs: number;
  /** From then on until they were healthy, or were not waited for any longer. */
  healthMs?: number;
}

/** What is to be put in place. */
export interface Placement {
  platform: Platform;
  /** Says `staging`, and all that comes in is there. */
  journal: RestoreJournal;
  /** Services that are to stand still. */
  users: Users;
  /** One rename puts all of it in place, as far as the plan could tell. */
  isSingleRename: boolean;
  /** Stages what has changed since, and says what is to be said of it. An undo has nothing to stage. */
  stageRest?: (journal: RestoreJournal) => Promise<string[]>;
}

/**
 * Halts the services that use what is replaced, stages what they have changed until then, notes down the way back, puts
 * all of it in place, and has them run again. A restore and an undo of one go this same way. Where one rename puts all of
 * it in place, also by a look right before, they go on.
 *
 * They are halted as late as can be: when everything is staged and proven (a damaged archive is refused while production
 * serves), right before the journal says `swapping`. Until then nothing live is replaced; from then on nobody else may
 * look. They run again only when the journal is gone: after a swap that is complete, or after one that never began.
 */
export async function putInPlace(
  run: Placement,
): Promise<{ carried: CarriedThrough; notes: string[]; services: ServicesReport }> {
  const { platform, users } = run;
  const { logger } = platform;
  let begun = Date.now();
  const notes: string[] = [];
  let stopped: string[] = [];
  let carried: CarriedThrough;
  try {
    const swapping = await orDiscard(platform, run.journal, async () => {
      platform.signal?.throwIfAborted();
      begun = Date.now();
      const stageLate = async () => notes.push(...((await run.stageRest?.(await followJournal(run))) ?? []));
      const maySpare = run.isSingleRename && isUsed(users);
      if (maySpare) await stageLate();
      const isSingle = maySpare && (await staysSingleRename(await followJournal(run)));
      const halted = isSingle ? [] : await haltServices(platform, users);
      stopped = [...new Set(halted.map(({ service }) => service))].sort();
      if (stopped.length > 0) await stageLate();
      const journal = await followJournal(run);
      for (const swap of journal.files) await confirmStaged(swap);
      await noteWayBack(platform.config.state, journal);
      platform.signal?.throwIfAborted();
      return { ...journal, phase: 'swapping' as const, ...(isSingle ? { isSingleRename: true } : {}) };
    });
    await writeJournal(platform.config.state, swapping);
    logger.info('Everything is staged and proven. Putting it in place.');
    carried = await carryThrough(platform, swapping);
  } catch (error) {
    throw tellOfServices(error, await resumeServices(platform, { afterFailure: true }));
  }
  const { running, faults } = await resumeServices(platform);
  const started = stopped.filter((service) => running.includes(service));
  return { carried, notes, services: { stopped, started, faults, downtimeMs: Date.now() - begun } };
}

/** The journal with the places where its folders are now. */
async function followJournal({ platform, journal }: Placement): Promise<RestoreJournal> {
  const files = await followContainers(platform, journal);
  if (files.length === journal.files.length) return { ...journal, files };
  const next = 'Run the same command again.';
  throw new Failure('source', 'a container was made anew before its files were put in place', next);
}

/** What failed counts more than what became of the services, which is said after it. */
function tellOfServices(error: unknown, { faults, waiting }: Resumed): unknown {
  const told = [
    ...faults,
    ...(waiting.length > 0
      ? [`${waiting.join(', ')}: halted until the restore is complete, so that nobody opens half of it`]
      : []),
  ];
  if (!(error instanceof Failure) || told.length === 0) return error;
  return new Failure(error.kind, error.message, `${error.next} Services: ${told.join('; ')}.`, { cause: error });
}
