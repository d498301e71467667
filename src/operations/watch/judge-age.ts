import { formatDuration } from '../../logging/quantity-text.ts';
import { code } from '../../logging/code-span.ts';
import type { CheckedWorkflow } from './check-workflow.ts';
import type { WatchContext } from './context.ts';
import { formatDurationInFrench, formatTime, makeKey, type Finding } from './finding.ts';
import type { Success } from './newest-success.ts';
import type { Subject } from './watched-job.ts';

const names = {
  backup: { french: 'sauvegarde', english: 'backup' },
  verification: { french: 'vérification', english: 'verification' },
  'full-verification': { french: 'vérification complète', english: 'full verification' },
} as const;

/** A finding where the newest success is older than allowed, or is not to be found; exactly as old as allowed is allowed. */
export function judgeAge(context: WatchContext, subject: Subject, success: Success | undefined): Finding | undefined {
  const { now, repositoryUrl, jobs } = context;
  const maximumAgeMs = context.maximumAgesMs[subject];
  const ageMs = success ? now.getTime() - Date.parse(success.completedAt) : Infinity;
  if (ageMs <= maximumAgeMs) return undefined;
  const { french, english } = names[subject];
  const last = success
    ? {
        french: `la dernière date du ${formatTime(success.completedAt)} (il y a ${formatDurationInFrench(ageMs)})`,
        english: `the last one ended at ${formatTime(success.completedAt)} (${formatDuration(ageMs)} ago)`,
      }
    : { french: 'aucune n’a été trouvée', english: 'none was found' };
  const workflow = jobs.find((job) => job.subject === subject)?.workflow ?? '';
  return {
    // Another success in between makes it another failure.
    key: makeKey('age', subject, success?.runId ?? ''),
    what: {
      french: `Aucune ${french} réussie depuis plus de ${formatDurationInFrench(maximumAgeMs)} : ${last.french}.`,
      english: `No successful ${english} for more than ${formatDuration(maximumAgeMs)}: ${last.english}.`,
    },
    next: {
      french: `Ouvrir les exécutions de ${code(workflow)}, corriger la cause, puis relancer (« Run workflow »).`,
      english: `Open the runs of ${code(workflow)}, remove the cause, then start it again ("Run workflow").`,
    },
    ...(success ? { since: success.completedAt } : {}),
    url: `${repositoryUrl}/actions/workflows/${workflow}`,
  };
}

/**
 * Whether a subject without any success has had no time for one: a weekly verification that was set up today is due next
 * week. Backups come every night, and a new set-up makes its first one by hand: for them nobody waits. A workflow whose
 * age is not known had its time; one that is missing is a finding already, and the cause. `checked` is by file name.
 */
export function isNotYetDue(
  { now, jobs, maximumAgesMs }: WatchContext,
  subject: Subject,
  checked: ReadonlyMap<string, CheckedWorkflow>,
): boolean {
  if (subject !== 'full-verification') return false;
  const oldestMs = now.getTime() - maximumAgesMs[subject];
  return jobs
    .filter((job) => job.subject === subject)
    .map(({ workflow }) => checked.get(workflow))
    .every((workflow) => workflow?.isThere === false || (workflow?.createdMs ?? -Infinity) >= oldestMs);
}
