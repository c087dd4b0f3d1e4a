import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { withTimeout } from "./with-timeout";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a promise that settles in time is returned and its timer cleared", async () => {
  expect(await withTimeout(Promise.resolve("tickets"), 300)).toBe("tickets");
  expect(await withTimeout(Promise.reject(new Error("gone")), 300)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test("a pending promise gives undefined after the timeout", async () => {
  let value: string | undefined = "pending";
  void withTimeout(new Promise<string>(() => {}), 300).then((result) => (value = result));
  await vi.advanceTimersByTimeAsync(299);
  expect(value).toBe("pending");
  await vi.advanceTimersByTimeAsync(1);
  expect(value).toBeUndefined();
});
