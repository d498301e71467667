import { addComment, listComments, openIssue, setIssueState, type Issue } from '../../github/issues.ts';
import type { WatchContext } from './context.ts';
import type { Finding } from './finding.ts';
import { findClosedIssues, findOpenIssues, hasLabel, labelAgain } from './find-issue.ts';
import {
  renderDuplicate,
  renderFailures,
  renderOpening,
  renderRecovery,
  renderReopening,
  title,
} from './issue-text.ts';
import { isTold, readHistory, type IssueHistory } from './markers.ts';
import type { Look } from './look.ts';

/** The issue after this look, and what was done to it. */
export interface KeptIssue {
  number: number;
  url: string;
  action: 'opened' | 'commented' | 'unchanged' | 'reopened' | 'closed';
}

/** Keeps exactly one issue while something is wrong; closes it when all is well. Undefined where none is needed. */
export async function keepIssue(context: WatchContext, look: Look): Promise<KeptIssue | undefined> {
  const { kept, duplicates } = await findOpenIssues(context);
  for (const duplicate of duplicates) await closeDuplicate(context, duplicate, kept!);
  if (look.findings.length === 0) return kept && recover(context, kept, look);
  if (kept) return tellNews(context, kept, look);
  return (await reopen(context, look)) ?? open(context, look);
}

async function open(context: WatchContext, look: Look): Promise<KeptIssue> {
  const { api, repository, label, logger } = context;
  const body = renderOpening(context, look);
  const findMade = async () => (await findOpenIssues(context)).kept;
  const issue = await openIssue(api, repository, { title, body, label }, findMade);
  if (!hasLabel(issue, label)) {
    logger.error(`GitHub dropped the label "${label}" of issue ${issue.number}: the token may not set labels.`);
    await labelAgain(context, issue);
  }
  return describe(context, issue, 'opened');
}

/** Somebody closed the issue by hand, and the same failure still stands: it is the same issue. */
async function reopen(context: WatchContext, look: Look): Promise<KeptIssue | undefined> {
  for (const issue of await findClosedIssues(context)) {
    const history = await readIssue(context, issue);
    if (!look.findings.some(({ key }) => isTold(history.told, key))) continue;
    await setIssueState(context.api, context.repository, issue.number, { state: 'open', state_reason: 'reopened' });
    const keys = listKeys(look.findings);
    const body = renderReopening(look);
    // Said once: if the comment is lost, the open issue says enough.
    await comment(context, issue, { body, isMade: (now) => keys.every((key) => now.told.has(key)) });
    return describe(context, issue, 'reopened');
  }
  return undefined;
}

async function tellNews(context: WatchContext, issue: Issue, look: Look): Promise<KeptIssue> {
  const { told } = await readIssue(context, issue);
  const news = look.findings.filter(({ key }) => !isTold(told, key));
  if (news.length === 0) return describe(context, issue, 'unchanged');
  const keys = listKeys(news);
  const body = renderFailures({ ...look, findings: news });
  await comment(context, issue, { body, isMade: (now) => keys.every((key) => now.told.has(key)) });
  return describe(context, issue, 'commented');
}

async function recover(context: WatchContext, issue: Issue, look: Look): Promise<KeptIssue> {
  const history = await readIssue(context, issue);
  // Settled and yet open: an earlier look said so, and did not come to close it.
  if (!history.isSettled) {
    const since = history.since ?? issue.created_at;
    const body = renderRecovery(context, look, { told: history.told, since });
    await comment(context, issue, { body, isMade: ({ isSettled }) => isSettled });
  }
  const { api, repository } = context;
  await setIssueState(api, repository, issue.number, { state: 'closed', state_reason: 'completed' });
  return describe(context, issue, 'closed');
}

async function closeDuplicate(context: WatchContext, duplicate: Issue, kept: Issue): Promise<void> {
  const { api, repository, logger } = context;
  logger.warning(`Issue ${duplicate.number} is a second one: closed in favour of ${kept.number}.`);
  if (!(await readIssue(context, duplicate)).isSettled) {
    await comment(context, duplicate, { body: renderDuplicate(kept.number), isMade: ({ isSettled }) => isSettled });
  }
  await setIssueState(api, repository, duplicate.number, { state: 'closed', state_reason: 'not_planned' });
}

async function comment(
  context: WatchContext,
  issue: Issue,
  { body, isMade }: { body: string; isMade: (history: IssueHistory) => boolean },
): Promise<void> {
  const { number } = issue;
  await addComment(context.api, context.repository, { number, body }, async () =>
    isMade(await readIssue(context, issue)),
  );
}

async function readIssue({ api, repository }: WatchContext, issue: Issue): Promise<IssueHistory> {
  return readHistory(issue, await listComments(api, repository, issue));
}

function listKeys(findings: readonly Finding[]): string[] {
  return findings.map(({ key }) => key);
}

function describe({ repositoryUrl }: WatchContext, { number }: Issue, action: KeptIssue['action']): KeptIssue {
  return { number, url: `${repositoryUrl}/issues/${number}`, action };
}
