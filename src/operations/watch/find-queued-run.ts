import { formatDuration } from '../../logging/quantity-text.ts';
import { code } from '../../logging/code-span.ts';
import { linkToRun, type WatchContext } from './context.ts';
import { formatTime, makeKey, type Finding } from './finding.ts';
import { beganMs, type FindJobs, type WatchedRun } from './read-runs.ts';

/** A runner that is busy with a restore makes others wait; longer than this it is rather not there. */
const QUEUED_TOO_LONG_MS = 2 * 3_600_000;
const MAX_LOOKS = 10;

/** A finding where a job of a workflow has waited for a runner for too long: the one that has waited longest. */
export async function findQueuedRun(
  context: WatchContext,
  runs: readonly WatchedRun[],
  findJobs: FindJobs,
): Promise<Finding | undefined> {
  const unfinished = runs.filter(({ status }) => status !== 'completed').slice(-MAX_LOOKS);
  let longest: { run: WatchedRun; sinceMs: number } | undefined;
  for (const run of unfinished) {
    const jobs = await findJobs(run);
    const queued = jobs.filter(({ status }) => status === 'queued');
    const times = queued.map((job) => (job.created_at ? Date.parse(job.created_at) : beganMs(run)));
    if (jobs.length === 0 && run.status === 'queued') times.push(beganMs(run));
    const sinceMs = Math.min(...times);
    if (sinceMs < (longest?.sinceMs ?? Infinity)) longest = { run, sinceMs };
  }
  const waitedMs = longest ? context.now.getTime() - longest.sinceMs : 0;
  if (!longest || waitedMs <= QUEUED_TOO_LONG_MS) return undefined;
  const { run, sinceMs } = longest;
  const since = new Date(sinceMs).toISOString();
  const number = run.run_number;
  return {
    key: makeKey('queued', run.id, run.run_attempt),
    what: {
      french: `${code(run.workflow)} : l’exécution n° ${number} attend un runner depuis ${formatDuration(waitedMs)} (${formatTime(since)}).`,
      english: `${code(run.workflow)}: run ${number} has waited for a runner for ${formatDuration(waitedMs)} (since ${formatTime(since)}).`,
    },
    next: {
      french:
        'Regarder quelle exécution occupe le runner (« verify.yml » peut être annulé sans dommage). Sinon, vérifier sur le serveur de production que le service du runner tourne, et le redémarrer si besoin.',
      english:
        "See which run keeps the runner busy (verify.yml may be cancelled without harm). Otherwise check on the production host that the runner's service is running, and start it again if it is not.",
    },
    since,
    url: linkToRun(context, run.id),
  };
}
