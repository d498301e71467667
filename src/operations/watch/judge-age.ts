import { formatDuration } from '../../logging/quantity-text.ts';
import { code } from '../../report/summary/markdown.ts';
import type { WatchContext } from './context.ts';
import { formatTime, makeKey, type Finding } from './finding.ts';
import type { Success } from './newest-success.ts';
import type { Subject } from './watched-job.ts';

const names = {
  backup: { french: 'sauvegarde', english: 'backup' },
  verification: { french: 'vérification', english: 'verification' },
} as const;

/** A finding where the newest success is older than allowed, or is not to be found; exactly as old as allowed is allowed. */
export function judgeAge(context: WatchContext, subject: Subject, success: Success | undefined): Finding | undefined {
  const { now, maximumAgeMs, repositoryUrl, jobs } = context;
  const ageMs = success ? now.getTime() - Date.parse(success.completedAt) : Infinity;
  if (ageMs <= maximumAgeMs) return undefined;
  const { french, english } = names[subject];
  const allowed = formatDuration(maximumAgeMs);
  const last = success
    ? {
        french: `la dernière date du ${formatTime(success.completedAt)} (il y a ${formatDuration(ageMs)})`,
        english: `the last one ended at ${formatTime(success.completedAt)} (${formatDuration(ageMs)} ago)`,
      }
    : { french: 'aucune n’a été trouvée', english: 'none was found' };
  const workflow = jobs.find((job) => job.subject === subject)?.workflow ?? '';
  return {
    // Another success in between makes it another failure.
    key: makeKey('age', subject, success?.runId ?? ''),
    what: {
      french: `Aucune ${french} réussie depuis plus de ${allowed} : ${last.french}.`,
      english: `No successful ${english} for more than ${allowed}: ${last.english}.`,
    },
    next: {
      french: `Ouvrir les exécutions de ${code(workflow)}, corriger la cause, puis relancer (« Run workflow »).`,
      english: `Open the runs of ${code(workflow)}, remove the cause, then start it again ("Run workflow").`,
    },
    ...(success ? { since: success.completedAt } : {}),
    url: `${repositoryUrl}/actions/workflows/${workflow}`,
  };
}
