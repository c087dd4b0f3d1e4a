/** Title search. The API has none, so titles are read page by page and filtered here. */

import type { ApiResult } from "./api/response";
import type { Page } from "./api/queries";
import type { Ticket } from "./api/types";

const PAGE_SIZE = 100; // the API's maximum
const MAX_PAGES = 5;

type List = (after: string | undefined, limit: number) => Promise<ApiResult<Page<Ticket>>>;

/** Whether the title contains every word, ignoring case. */
export function matches(title: string, query: string): boolean {
  const text = title.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The matches among the 500 tickets after `after`; `next` is where to continue. */
export async function searchTickets(
  list: List,
  query: string,
  after?: string,
): Promise<ApiResult<Page<Ticket>>> {
  const found: Ticket[] = [];
  let cursor = after;
  for (let page = 1; ; page += 1) {
    const result = await list(cursor, PAGE_SIZE);
    if (!result.ok) return result;
    found.push(...result.data.items.filter(({ title }) => matches(title, query)));
    cursor = result.data.next ?? undefined;
    if (cursor === undefined || page === MAX_PAGES) {
      return { ...result, data: { items: found, next: cursor ?? null } };
    }
  }
}
