import { expect, test } from "vitest";

import type { Ticket } from "./api/types";
import { matches, searchTickets } from "./tickets-search";

const answered = { ok: true, headers: new Headers(), sentAt: 0, receivedAt: 0 } as const;

function ticket(id: number, title: string): Ticket {
  return { id: String(id), title, price: 1, userId: "u", version: 0 };
}

/** A list of `pages` pages with one opera on each. */
function listOf(pages: number) {
  return async (after: string | undefined) => {
    const page = Number(after ?? 0) + 1;
    const items = [ticket(page, `Opera ${page}`), ticket(page + 1000, "Chess")];
    return { ...answered, data: { items, next: page < pages ? String(page) : null } };
  };
}

test("every word must occur, in any case", () => {
  expect(matches("Opera gala, row C", "ROW opera")).toBe(true);
  expect(matches("Opera gala, row C", "opera row d")).toBe(false);
});

test("the matches of several pages come together", async () => {
  const answer = await searchTickets(listOf(3), "opera");
  expect(answer.ok && answer.data.items.map(({ title }) => title)).toEqual(["Opera 1", "Opera 2", "Opera 3"]);
  expect(answer.ok && answer.data.next).toBeNull();
});

test("a search through very many tickets stops, and can go on from there", async () => {
  const answer = await searchTickets(listOf(9), "opera");
  expect(answer.ok && [answer.data.items.length, answer.data.next]).toEqual([5, "5"]);
});

test("a list that fails half way fails the search", async () => {
  const problem = { status: 503, messages: ["Later."], fields: {} };
  const answer = await searchTickets(async () => ({ ok: false, problem }), "opera");
  expect(answer).toEqual({ ok: false, problem });
});
