import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { fetchSession } from "./fetch-session";

const user = { id: "1", email: "a@example.com", iat: 0 };

beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test("auth is not asked without a session cookie", async () => {
  const fetch = vi.fn();
  vi.stubGlobal("fetch", fetch);
  expect(
    await fetchSession({ cookie: "theme=dark", forwardedFor: null, requestId: null, traceparent: null }),
  ).toEqual({
    state: "out",
  });
  expect(fetch).not.toHaveBeenCalled();
});

test.each([
  [Response.json({ currentUser: user }), { state: "in", user }],
  [Response.json({ currentUser: null }), { state: "out" }],
  [new Response("<h1>", { status: 502 }), { state: "unknown" }],
])("auth decides", async (response, session) => {
  vi.stubGlobal("fetch", vi.fn().mockResolvedValue(response));
  expect(
    await fetchSession({ cookie: "session=abc", forwardedFor: null, requestId: null, traceparent: null }),
  ).toEqual(session);
});
