import { afterEach, expect, test, vi } from "vitest";

import { holdSeconds, stripeConfig } from "./settings";

afterEach(() => vi.unstubAllEnvs());

test("the card form needs a key and uses the emulator when its script is set", () => {
  vi.stubEnv("STRIPE_PUBLISHABLE_KEY", " ");
  expect(stripeConfig()).toEqual({ kind: "missing" });
  vi.stubEnv("STRIPE_PUBLISHABLE_KEY", "pk_live_1");
  expect(stripeConfig()).toEqual({ kind: "stripe", publishableKey: "pk_live_1", isTest: false });
  vi.stubEnv("STRIPE_JS_URL", "/emulator-stripe/v3/");
  expect(stripeConfig()).toMatchObject({ kind: "emulator", scriptUrl: "/emulator-stripe/v3/" });
});

test.each([
  ["60", 60],
  ["", 900],
  ["soon", 900],
  ["-1", 900],
])("EXPIRATION_WINDOW_SECONDS=%j is %i seconds", (value, seconds) => {
  vi.stubEnv("EXPIRATION_WINDOW_SECONDS", value);
  expect(holdSeconds()).toBe(seconds);
});
