import type { GitHubApi, Request } from './github-api.ts';

const ITEMS_PER_PAGE = 100;

interface PagedRequest<Answer, Item> extends Omit<Request<Answer>, 'findMade'> {
  /** What the pages are made of. */
  readonly itemsOf: (answer: Answer) => readonly Item[];
  /** Counts from 1, the default. */
  readonly firstPage?: number;
  readonly lastPage: number;
}

/** Asks page after page, 100 items each, until one is not full or the last was asked for. */
export async function askPages<Answer, Item>(api: GitHubApi, paged: PagedRequest<Answer, Item>): Promise<Item[]> {
  const { itemsOf, firstPage = 1, lastPage, parameters, ...request } = paged;
  const items: Item[] = [];
  for (let page = firstPage; page <= lastPage; page += 1) {
    const answer = await api.ask({ ...request, parameters: { ...parameters, per_page: ITEMS_PER_PAGE, page } });
    const found = itemsOf(answer);
    items.push(...found);
    if (found.length < ITEMS_PER_PAGE) break;
  }
  return items;
}
