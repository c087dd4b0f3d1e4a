/** Pagination: `?limit`, `?after`, and the Link header with the next page. */

import type { SearchQuery } from "./tickets/search";

export type ListQuery = SearchQuery & { seller?: "me"; state?: string; after?: string; limit?: number };

export function listPath(path: string, query: ListQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

/** The `after` of `Link: <…?after=ID>; rel="next"`, or null on the last page. */
export function nextCursor(headers: Headers): string | null {
  for (const part of (headers.get("link") ?? "").split(",")) {
    const [, target] = /^\s*<([^>]*)>\s*;.*\brel="?next"?/.exec(part) ?? [];
    if (target) return new URL(target, "http://api").searchParams.get("after");
  }
  return null;
}

/** The number of all items, or null if it is not told. */
export function totalCount(headers: Headers): number | null {
  const count = headers.get("x-total-count");
  return count === null ? null : Number(count);
}

/** A search parameter's value; the first if it is repeated. */
export function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
