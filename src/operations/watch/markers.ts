import type { Issue, IssueComment } from '../../github/issues.ts';
import type { WatchContext } from './context.ts';
import { makeKey } from './finding.ts';

/**
 * What the watch remembers stands in its issue, in comments that GitHub does not show: it runs on a new machine each time.
 * A marker is a line of its own, so that one that somebody quotes does not count.
 */
const pattern = /^<!-- continuity-watch (issue|told|since|settled)(?: ([^\s<>]{1,1000}))? -->\r?$/gm;

interface Marker {
  word: 'issue' | 'told' | 'since' | 'settled';
  value?: string;
}

/** A marker as it stands in a text; `value` is free of blanks and angle brackets. */
export function writeMarker({ word, value }: Marker): string {
  return `<!-- continuity-watch ${word}${value === undefined ? '' : ` ${value}`} -->`;
}

/** Which issue is whose: two watches of one repository differ in label or branch. */
export function identify({ label, branch }: Pick<WatchContext, 'label' | 'branch'>): Marker {
  return { word: 'issue', value: makeKey(label.toLowerCase(), branch) };
}

export function holdsMarker(text: string | null | undefined, marker: Marker): boolean {
  return readMarkers(text).some(({ word, value }) => word === marker.word && value === marker.value);
}

function readMarkers(text: string | null | undefined): Marker[] {
  return [...(text ?? '').matchAll(pattern)].map(([, word, value]) => ({
    word: word as Marker['word'],
    ...(value === undefined ? {} : { value }),
  }));
}

/** What an issue has told so far. */
export interface IssueHistory {
  /** Keys of findings, told since the last recovery. */
  told: ReadonlySet<string>;
  /** The watch said that all is well again, or that another issue goes on; nothing was told since. */
  isSettled: boolean;
  /** RFC 3339: when the failure began. */
  since?: string;
}

/** Reads what trusted authors wrote, the oldest first; what outsiders write tells nothing. */
export function readHistory(issue: Issue, comments: readonly IssueComment[]): IssueHistory {
  const told = new Set<string>();
  let isSettled = false;
  let since: string | undefined;
  const texts = [issue, ...comments.filter((comment) => isTrusted(comment) || isSameAuthor(comment, issue))];
  for (const { word, value } of texts.flatMap(({ body }) => readMarkers(body))) {
    if (word === 'since' && value !== undefined && !Number.isNaN(Date.parse(value))) since = value;
    if (word === 'told' && value !== undefined) told.add(value);
    if (word === 'told') isSettled = false;
    if (word !== 'settled') continue;
    told.clear();
    isSettled = true;
  }
  return { told, isSettled, ...(since === undefined ? {} : { since }) };
}

/**
 * Whether a finding was told already. A key that ends in a colon names what cannot be told any closer (a last success that
 * is too long ago to be found again): it was told with any ending.
 */
export function isTold(told: ReadonlySet<string>, key: string): boolean {
  return told.has(key) || (key.endsWith(':') && [...told].some((each) => each.startsWith(key)));
}

/** Written by somebody of the repository, or by an app that was let in: Actions itself is one. */
export function isTrusted({ user, author_association: association }: Issue | IssueComment): boolean {
  return user?.type === 'Bot' || ['OWNER', 'MEMBER', 'COLLABORATOR'].includes(association);
}

function isSameAuthor(comment: IssueComment, issue: Issue): boolean {
  return issue.user !== null && comment.user?.login === issue.user.login;
}
