import { expect, test } from "vitest";

import type { Ticket } from "./api/types";
import { matches, searchTickets } from "./tickets-search";

const response = { ok: true, headers: new Headers(), sentAt: 0, receivedAt: 0 } as const;

function ticket(id: number, title: string): Ticket {
  return { id: String(id), title, price: 1, userId: "u", version: 0 };
}

/** A list of `pages` pages, each with one opera. */
function listOf(pages: number) {
  return async (after: string | undefined) => {
    const page = Number(after ?? 0) + 1;
    const items = [ticket(page, `Opera ${page}`), ticket(page + 1000, "Chess")];
    return { ...response, data: { items, next: page < pages ? String(page) : null } };
  };
}

test("a title matches if it contains every word in any case", () => {
  expect(matches("Opera gala, row C", "ROW opera")).toBe(true);
  expect(matches("Opera gala, row C", "opera row d")).toBe(false);
});

test("matches of several pages are combined", async () => {
  const result = await searchTickets(listOf(3), "opera");
  expect(result.ok && result.data.items.map(({ title }) => title)).toEqual(["Opera 1", "Opera 2", "Opera 3"]);
  expect(result.ok && result.data.next).toBeNull();
});

test("a long search stops and can be continued", async () => {
  const result = await searchTickets(listOf(9), "opera");
  expect(result.ok && [result.data.items.length, result.data.next]).toEqual([5, "5"]);
});

test("a failed page fails the search", async () => {
  const problem = { status: 503, messages: ["Later."], fields: {} };
  const result = await searchTickets(async () => ({ ok: false, problem }), "opera");
  expect(result).toEqual({ ok: false, problem });
});
