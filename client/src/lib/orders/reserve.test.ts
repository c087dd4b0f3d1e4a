import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { heldOrder, reserveTicket } from "./reserve";

const order = (ticketId: string, status: string) => ({
  id: `order-of-${ticketId}`,
  status,
  ticket: { id: ticketId },
});
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const refusal = (status: number, error: object) => json(status, { errors: [{ message: "No.", ...error }] });

/** Responds to POST with `post`, or fails if it is undefined, and to GET with `orders`. */
function fakeApi(post: Response | undefined, orders: unknown[] = []) {
  const fetch = vi.fn(async (_path: string, { method }: RequestInit) => {
    if (method === "GET") return json(200, orders);
    if (post === undefined) throw new TypeError("Failed to fetch");
    return post;
  });
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

beforeEach(() => {
  vi.stubGlobal("document", {
    documentElement: { dataset: { user: "buyer-1" } },
    querySelector: () => null,
  });
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => vi.unstubAllGlobals());

test("the request has the price shown and the page's user", async () => {
  const fetch = fakeApi(json(201, { id: "order-1" }));
  expect(await reserveTicket("t", 30)).toEqual({ kind: "reserved", orderId: "order-1" });
  const [, init] = fetch.mock.calls[0] ?? [];
  expect(JSON.parse(String(init?.body))).toEqual({ ticketId: "t", price: 30 });
  expect(init?.headers).toMatchObject({ "ticketing-user": "buyer-1" });
});

test("a changed price is reported for confirmation", async () => {
  fakeApi(refusal(409, { field: "price", currentPrice: 99 }));
  expect(await reserveTicket("t", 30)).toEqual({ kind: "price-changed", price: 99 });
});

test.each([
  ["the response is lost", undefined],
  ["the ticket is already reserved", refusal(400, {})],
])("the user's own order is found when %s", async (_, post) => {
  fakeApi(post, [order("other", "created"), order("t", "created")]);
  expect(await reserveTicket("t", 30)).toEqual({
    kind: "already-held",
    order: { id: "order-of-t", isPaid: false },
  });
});

test("a ticket reserved by someone else shows the API's message", async () => {
  fakeApi(refusal(400, {}), [order("t", "cancelled")]);
  expect(await reserveTicket("t", 30)).toEqual({ kind: "failed", message: "No." });
});

test("a ticket that the user has just let go of is possible later", async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  fakeApi(
    new Response('{"errors": [{"message": "Wait."}]}', { status: 429, headers: { "retry-after": "42" } }),
  );
  expect(await reserveTicket("t", 30)).toEqual({ kind: "too-soon", message: "Wait.", until: 1_042_000 });
  vi.useRealTimers();
});

test.each([401, 409])("status %i requests a session check", async (status) => {
  fakeApi(refusal(status, {}));
  const check = vi.fn();
  window.addEventListener("session-check", check);
  await reserveTicket("t", 30);
  expect(check).toHaveBeenCalled();
});

test("a paid order holds its ticket, a cancelled one does not", () => {
  const orders = [order("t", "cancelled"), order("t", "complete")] as Parameters<typeof heldOrder>[0];
  expect(heldOrder(orders, "t")).toEqual({ id: "order-of-t", isPaid: true });
  expect(heldOrder(orders.slice(0, 1), "t")).toBeNull();
});
