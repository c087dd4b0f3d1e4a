import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { currentToast, onToastChange, toast } from "./toast";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("an error stays longer than a success", () => {
  toast.success("Saved.");
  vi.advanceTimersByTime(6_000);
  expect(currentToast()).toBeNull();
  toast.error("Not saved.");
  vi.advanceTimersByTime(6_000);
  expect(currentToast()?.text).toBe("Not saved.");
});

test("a newer toast replaces the older one and stays its full time", () => {
  toast.success("One.");
  vi.advanceTimersByTime(4_000);
  toast.success("Two.");
  vi.advanceTimersByTime(4_000);
  expect(currentToast()?.text).toBe("Two.");
});

test("a listener is called for each change until it unsubscribes", () => {
  const notify = vi.fn();
  const stop = onToastChange(notify);
  toast.success("Saved.");
  vi.advanceTimersByTime(6_000);
  stop();
  toast.success("Again.");
  expect(notify).toHaveBeenCalledTimes(2);
});
