import { join } from 'node:path';
import { formatTime } from '../../logging/format-time.ts';
import { isLocked } from '../../system/lock.ts';
import type { Platform } from '../platform.ts';
import { readHalted } from '../services/halted-record.ts';
import { describeJournal, describePhase, describeRemedy, FINISHING_COMMANDS } from './interrupted-text.ts';
import { readJournal, type RestoreJournal } from './journal.ts';

/** What a restore or an undo has begun on this host and not ended. */
export interface Unfinished {
  /** Absent where all that is left to do is to start services again. */
  journal?: RestoreJournal;
  /** Whoever does it is still at it; else it was killed. */
  isGoingOn: boolean;
  /** A sentence each. */
  findings: string[];
}

/** Looks for what is going on here, or was interrupted; undefined where nothing is. Changes nothing. */
export async function findUnfinished({ config }: Platform): Promise<Unfinished | undefined> {
  // Nobody is kept from beginning where there is nothing to ask about.
  if (!(await readLeft(config.state))) return undefined;
  const isGoingOn = await isLocked(join(config.state, 'lock'));
  // What is read only now was left by a run that was over before.
  const left = await readLeft(config.state);
  if (!left) return undefined;
  const { journal, halted } = left;
  const findings: string[] = [];
  if (journal) {
    const begun = `the ${describeJournal(journal)}, begun ${formatTime(journal.started, config.timezone)},`;
    findings.push(
      isGoingOn
        ? `${begun} is going on`
        : `${begun} was interrupted ${describePhase(journal)}: ${FINISHING_COMMANDS} ${describeRemedy(journal)}`,
    );
  }
  if (halted) {
    const names = [...new Set(halted.containers.map(({ service }) => service))].join(', ');
    const by = `${names}: halted by ${halted.holder}, ${formatTime(halted.since, config.timezone)}`;
    findings.push(isGoingOn ? by : `${by}, which is over; ${FINISHING_COMMANDS} starts them`);
  }
  return { ...(journal ? { journal } : {}), isGoingOn, findings };
}

async function readLeft(stateDirectory: string) {
  const journal = await readJournal(stateDirectory);
  const halted = await readHalted(stateDirectory);
  return journal || halted ? { journal, halted } : undefined;
}

/** What is to be known of it by whoever reads a plan. */
export async function warnOfUnfinished(platform: Platform): Promise<string[]> {
  const unfinished = await findUnfinished(platform);
  return unfinished ? [`${unfinished.findings.join('; ')}; this plan may change then`] : [];
}
