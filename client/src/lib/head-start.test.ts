import { expect, test, vi } from "vitest";

import { headStart } from "./head-start";

test("what is done in time is waited for, what is not is left to go on", async () => {
  vi.useFakeTimers();
  let isOver = false;
  const never = headStart(new Promise(() => {}), 300).then(() => (isOver = true));
  await vi.advanceTimersByTimeAsync(299);
  expect(isOver).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await never;
  await headStart(Promise.reject(new Error("gone")), 300);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
