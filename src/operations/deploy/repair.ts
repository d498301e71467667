import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../logging/failure.ts';
import type { DeployHost } from '../deploy.ts';
import { endOrphans } from './end-orphans.ts';
import { goBackToHealthy, takeDown } from './go-back.ts';
import { readCurrent, readJournal, removeJournal, writeCurrent } from './journal.ts';
import type { DeployPlaces } from './places.ts';
import { resumeRecord } from './record.ts';

/**
 * Repairs what a killed deployment has left, and says what that was; undefined where there was nothing. What it had begun
 * to change becomes again the last commit that was healthy; where even that fails, the deployment that follows may still
 * succeed. Expects the lock.
 */
export async function repairInterrupted(
  places: DeployPlaces,
  options: DeployHost,
  warn: (message: string) => void,
): Promise<string | undefined> {
  const orphans = await endOrphans(places.directory);
  const journal = await readJournal(places);
  if (!journal) return undefined;
  const { commit, holder, phase, deploymentId } = journal;
  const what = `The deployment of ${commit.slice(0, 12)} (${holder}) was interrupted`;
  const left = orphans > 0 ? `; ${orphans} of its programs still ran, and were ended` : '';
  const outcome = phase === 'preparing' ? 'it had changed nothing' : await revert(places, commit, options);
  warn(`${what}: ${outcome}${left}.`);
  if (deploymentId !== undefined && options.gitHub) {
    await resumeRecord(options.gitHub, deploymentId, warn).tell('error', `interrupted; ${outcome}`);
  }
  await removeJournal(places);
  return outcome;
}

async function revert(places: DeployPlaces, interrupted: string, options: DeployHost): Promise<string> {
  const current = await readCurrent(places);
  try {
    if (current) {
      const running = await goBackToHealthy(places, current, undefined, options);
      return `${running.slice(0, 12)} is up again`;
    }
    if (existsSync(join(places.checkouts, interrupted))) await takeDown(places, interrupted, options);
    return 'nothing was there before, and what it had started was taken down';
  } catch (error) {
    if (current) await writeCurrent(places, { ...current, isDown: true });
    return `what was there before could not be brought up: ${messageOf(error).split('\n', 1)[0] ?? ''}`;
  }
}
