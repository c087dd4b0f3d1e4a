import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { headStart } from "./head-start";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what is done in time is given at once, and leaves no timer behind", async () => {
  expect(await headStart(Promise.resolve("tickets"), 300)).toBe("tickets");
  expect(await headStart(Promise.reject(new Error("gone")), 300)).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

test("what is not done in time is left to go on", async () => {
  let given: string | undefined = "not yet";
  void headStart(new Promise<string>(() => {}), 300).then((early) => (given = early));
  await vi.advanceTimersByTimeAsync(299);
  expect(given).toBe("not yet");
  await vi.advanceTimersByTimeAsync(1);
  expect(given).toBeUndefined();
});
