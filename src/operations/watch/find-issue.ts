import { addLabel, listIssues, readOwnLogin, type Issue } from '../../github/issues.ts';
import { GitHubFailure } from '../../github/github-failure.ts';
import type { WatchContext } from './context.ts';
import { holdsMarker, identify, isTrusted } from './markers.ts';

const MAX_PAGES = 3;

/** The open issue of this watch, and others that a race left beside it. */
export interface FoundIssues {
  kept?: Issue;
  duplicates: readonly Issue[];
}

/**
 * Finds the open issue by its label, which outsiders cannot set, its marker and its author. Where GitHub dropped the
 * label, or somebody took it off, it is found among the newest issues, and labelled again: it must not be opened anew in
 * every run.
 */
export async function findOpenIssues(context: WatchContext): Promise<FoundIssues> {
  const { api, repository, label } = context;
  const labelled = await listIssues(api, repository, {
    state: 'open',
    label,
    sort: 'created',
    direction: 'asc',
    pages: MAX_PAGES,
  });
  const isOurs = createOwnerCheck(context);
  const ours = await filterInOrder(
    labelled.filter((issue) => hasLabel(issue, label)),
    isOurs,
  );
  if (ours[0]) return { kept: ours[0], duplicates: ours.slice(1) };

  const newest = await listIssues(api, repository, { state: 'open', sort: 'created', direction: 'desc', pages: 1 });
  const [kept, ...duplicates] = (await filterInOrder(newest, isOurs)).reverse();
  if (!kept) return { duplicates };
  await labelAgain(context, kept);
  return { kept, duplicates };
}

/** Issues of this watch that were closed lately, the newest change first. */
export async function findClosedIssues(context: WatchContext): Promise<Issue[]> {
  const { api, repository, label } = context;
  const query = { state: 'closed', label, sort: 'updated', direction: 'desc', pages: 1 } as const;
  return filterInOrder((await listIssues(api, repository, query)).slice(0, 10), createOwnerCheck(context));
}

/** Gives an issue its label back, and says loudly where that is not possible. */
export async function labelAgain({ api, repository, label, logger }: WatchContext, issue: Issue): Promise<void> {
  if (hasLabel(issue, label)) return;
  try {
    await addLabel(api, repository, { number: issue.number, label });
    logger.warning(`Issue ${issue.number} had lost its label "${label}": it has it again.`);
  } catch (error) {
    if (!(error instanceof GitHubFailure)) throw error;
    logger.error(
      `Issue ${issue.number} has no label "${label}", and the token may not set it: ${error.message}. ` +
        'Without the label it is found among the 100 newest issues only. Set it by hand, and give the token write access.',
    );
  }
}

export function hasLabel({ labels }: Issue, label: string): boolean {
  return labels.some((each) => (typeof each === 'string' ? each : each.name)?.toLowerCase() === label.toLowerCase());
}

/** Whether an issue is this watch's own. Who we are is asked only where an author has no standing of his own. */
function createOwnerCheck(context: WatchContext): (issue: Issue) => Promise<boolean> {
  const marker = identify(context);
  let ownLogin: Promise<string | undefined> | undefined;
  return async (issue) => {
    if (!holdsMarker(issue.body, marker)) return false;
    if (isTrusted(issue)) return true;
    ownLogin ??= readOwnLogin(context.api);
    const login = await ownLogin;
    if (login !== undefined && login === issue.user?.login) return true;
    context.logger.warning(
      `Issue ${issue.number} looks like one of this watch and was written by an outsider: ignored.`,
    );
    return false;
  };
}

async function filterInOrder<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const item of items) if (await keep(item)) kept.push(item);
  return kept;
}
