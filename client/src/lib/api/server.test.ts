import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { read } from "./server";

vi.mock("next/headers", () => ({
  headers: async () => new Headers({ cookie: "session=abc", "x-request-id": "r1" }),
}));

const logged = () => JSON.parse(String(vi.mocked(console.error).mock.calls[0]?.[0]));

beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("a failed connection is logged and not blamed on the user's", async () => {
  const cause = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
  vi.stubGlobal("fetch", vi.fn().mockRejectedValue(cause));
  const result = await read("/api/tickets");
  expect(!result.ok && result.problem.messages).toEqual([
    expect.stringMatching(/^Service temporarily unavailable/),
  ]);
  expect(logged()).toMatchObject({
    event: "api.request_failed",
    service: "client",
    method: "GET",
    path: "/api/tickets",
    status: null,
    error: "fetch failed: connect ECONNREFUSED",
    duration_ms: expect.any(Number),
    request_id: "r1",
  });
});

test("an error of the service is logged, a missing ticket is not", async () => {
  const fetch = vi.fn().mockResolvedValueOnce(new Response("{}", { status: 404 }));
  vi.stubGlobal("fetch", fetch.mockResolvedValueOnce(new Response("<h1>", { status: 502 })));
  await read("/api/tickets/1");
  expect(console.error).not.toHaveBeenCalled();
  await read("/api/orders/66f0aa1234567890123456ab?q=secret");
  expect(logged()).toMatchObject({ path: "/api/orders/{id}", status: 502 });
});
