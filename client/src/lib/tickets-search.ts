/** Search over what the API gives: it has no search of its own, so titles are read page by page and filtered here. */

import type { Answer } from "./api/answer";
import type { Page } from "./api/queries";
import type { Ticket } from "./api/types";

const READ_AT_ONCE = 100; // the most that the API gives
const PAGES_AT_MOST = 5;

type List = (after: string | undefined, limit: number) => Promise<Answer<Page<Ticket>>>;

/** Every word must occur, in any case and place. */
export function matches(title: string, query: string): boolean {
  const text = title.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The matches among the next 500 tickets after `after`; `next` is where to search on. */
export async function searchTickets(
  list: List,
  query: string,
  after?: string,
): Promise<Answer<Page<Ticket>>> {
  const found: Ticket[] = [];
  let cursor = after;
  for (let page = 1; ; page += 1) {
    const answer = await list(cursor, READ_AT_ONCE);
    if (!answer.ok) return answer;
    found.push(...answer.data.items.filter(({ title }) => matches(title, query)));
    cursor = answer.data.next ?? undefined;
    if (cursor === undefined || page === PAGES_AT_MOST) {
      return { ...answer, data: { items: found, next: cursor ?? null } };
    }
  }
}
