import { formatTime } from '../../logging/format-time.ts';
import { formatDuration } from '../../logging/quantity-text.ts';
import { code } from '../../logging/code-span.ts';
import { joinLines, table } from './markdown.ts';

/** What the summary shows of a look; times RFC 3339, sentences in markdown. */
export interface WatchSummary {
  verdict: 'healthy' | 'failing';
  branch: string;
  checkedAt: string;
  maximumAgeMs: number;
  fullVerifyMaximumAgeMs: number;
  findings: readonly { what: { english: string }; next: { english: string }; url?: string }[];
  lastBackup?: LastSuccess;
  lastVerification?: LastSuccess;
  lastFullVerification?: LastSuccess;
  runner: 'online' | 'offline' | 'absent' | 'unknown';
  issue?: { number: number; url: string; action: string };
  issueProblem?: { message: string; next: string };
}

interface LastSuccess {
  completedAt: string;
  job: string;
  url: string;
}

/** One look of the watch: the verdict, what is wrong and what to do, when the last successes were. */
export function summarizeWatch(result: WatchSummary): string {
  const { verdict, branch, findings, issue, issueProblem, runner } = result;
  const healthy = `### ✅ Backups and verifications succeed in time`;
  return joinLines([
    verdict === 'healthy'
      ? healthy
      : `### ❌ ${findings.length} ${findings.length === 1 ? 'thing is' : 'things are'} wrong`,
    '',
    ...findings.map(({ what, next, url }) => `- ${what.english}${url ? ` ([look](${url}))` : ''} ${next.english}`),
    ...table(
      ['Looked at', ''],
      [
        ['Last backup', showSuccess(result.lastBackup, result.checkedAt)],
        ['Last verification', showSuccess(result.lastVerification, result.checkedAt)],
        ['Last full verification', showSuccess(result.lastFullVerification, result.checkedAt)],
        ['Allowed age', formatDuration(result.maximumAgeMs)],
        ['Allowed age of a full verification', formatDuration(result.fullVerifyMaximumAgeMs)],
        ['Branch', code(branch)],
        ['Runner', runner === 'unknown' ? 'nobody looked' : runner],
        ['Issue', issue ? `[#${issue.number}](${issue.url}), ${issue.action}` : 'none'],
      ],
    ),
    ...(issueProblem
      ? [`The issue could not be kept: ${code(issueProblem.message)}`, '', `**Next:** ${code(issueProblem.next)}`]
      : []),
  ]);
}

function showSuccess(success: LastSuccess | undefined, checkedAt: string): string {
  if (!success) return 'none found';
  const ageMs = Math.max(0, Date.parse(checkedAt) - Date.parse(success.completedAt));
  return `[${code(formatTime(success.completedAt))}](${success.url}), ${formatDuration(ageMs)} ago, ${code(success.job, 100)}`;
}
