import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { onSaid, said, sayDone, sayFailed } from "./say";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("words are shown for a while, bad news for longer", () => {
  sayDone("Saved.");
  vi.advanceTimersByTime(6_000);
  expect(said()).toBeNull();
  sayFailed("Not saved.");
  vi.advanceTimersByTime(6_000);
  expect(said()?.words).toBe("Not saved.");
});

test("newer words replace older ones and stay their whole time", () => {
  sayDone("One.");
  vi.advanceTimersByTime(4_000);
  sayDone("Two.");
  vi.advanceTimersByTime(4_000);
  expect(said()?.words).toBe("Two.");
});

test("who listens is called for each change, until it stops", () => {
  const notify = vi.fn();
  const stop = onSaid(notify);
  sayDone("Saved.");
  vi.advanceTimersByTime(6_000);
  stop();
  sayDone("Again.");
  expect(notify).toHaveBeenCalledTimes(2);
});
