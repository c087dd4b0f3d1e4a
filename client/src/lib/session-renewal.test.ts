import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { takeRenewal } from "./session-renewal";

const MINUTE = 60_000;

beforeEach(() => {
  const stored = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
});
afterEach(() => vi.unstubAllGlobals());

test("the session is used once in five minutes", () => {
  const start = Date.now();
  const after = [0, 1, 4, 5, 6, 10].map((minutes) => takeRenewal(start + minutes * MINUTE));
  expect(after).toEqual([true, false, false, true, false, true]);
});

test("a clock that was set back delays nothing", () => {
  expect(takeRenewal(2_000 * MINUTE)).toBe(true);
  expect(takeRenewal(1_000 * MINUTE)).toBe(true);
});

test("blocked storage is no error", () => {
  vi.stubGlobal("localStorage", undefined);
  expect(takeRenewal()).toBe(false);
});
