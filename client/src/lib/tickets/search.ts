/** A search among the tickets on sale, as it is in the URL of the page; the API's parameters have the same names. */

import { parseMoney, priceText, type Currency } from "@/lib/money";
import { firstOf } from "@/lib/paging";

/** Texts as they were typed. */
export type TicketSearch = { q: string; sort: string; minPrice: string; maxPrice: string };
export type SearchQuery = Partial<TicketSearch>;

type Parameters = Record<string, string | string[] | undefined>;

export const SORTS: Record<string, string> = {
  newest: "Newest first",
  price: "Lowest price first",
  "-price": "Highest price first",
};
export const DEFAULT_SORT = "newest";
export const MAX_QUERY_CHARS = 200;

export function parseSearch({ q, sort, minPrice, maxPrice }: Parameters): TicketSearch {
  const order = firstOf(sort) ?? "";
  return {
    q: textOf(q).slice(0, MAX_QUERY_CHARS),
    sort: Object.hasOwn(SORTS, order) ? order : DEFAULT_SORT,
    minPrice: textOf(minPrice),
    maxPrice: textOf(maxPrice),
  };
}

/** What the URL of the page needs: neither empty texts nor the default order. */
export function toQuery(search: TicketSearch): SearchQuery {
  const given = Object.entries(search).filter(
    ([name, value]) => value !== (name === "sort" ? DEFAULT_SORT : ""),
  );
  return Object.fromEntries(given);
}

/** What the API is asked for: without prices that are none. */
export function toApiQuery(search: TicketSearch, currency: Currency): SearchQuery {
  const query = toQuery(search);
  for (const name of ["minPrice", "maxPrice"] as const) {
    if (query[name] === undefined) continue;
    const price = parseMoney(query[name], currency);
    query[name] = price === null ? undefined : priceText(price, currency);
  }
  return query;
}

export function isFiltered({ q, minPrice, maxPrice }: TicketSearch): boolean {
  return q !== "" || minPrice !== "" || maxPrice !== "";
}

/** "37 tickets match": of `shown` on the first page; the API tells the total up to 100. */
export function matchesText(total: number | null, shown: number, pageSize: number): string {
  if (total !== null) return `${total} ${total === 1 ? "ticket matches" : "tickets match"}`;
  return `${shown < pageSize ? shown : 100}+ tickets match`;
}

export function noMatchText({ q, minPrice, maxPrice }: TicketSearch): string {
  const hasPrice = minPrice !== "" || maxPrice !== "";
  if (q === "") return "No tickets have such a price";
  return `No tickets match “${q}”${hasPrice ? " at these prices" : ""}`;
}

function textOf(value: string | string[] | undefined): string {
  return (firstOf(value) ?? "").trim();
}
