import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createOrder, fetchOrder } from "./browser";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

let meta: { content: string } | null;
const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response("{}"));
const sentTraceparent = () => new Headers(fetch.mock.calls.at(-1)?.[1]?.headers).get("traceparent");

beforeEach(() => {
  meta = { content: TRACEPARENT };
  vi.stubGlobal("document", { documentElement: { dataset: {} }, querySelector: () => meta });
  vi.stubGlobal("fetch", fetch);
});
afterEach(() => vi.unstubAllGlobals());

test("a write continues the trace of the page's request", async () => {
  await createOrder({ ticketId: "t", price: 30 });
  expect(sentTraceparent()).toBe(TRACEPARENT);
});

test("a read does not, because pages poll", async () => {
  await fetchOrder("o");
  expect(sentTraceparent()).toBeNull();
});

test("a page without a trace sends none", async () => {
  meta = null;
  await createOrder({ ticketId: "t", price: 30 });
  expect(sentTraceparent()).toBeNull();
});
