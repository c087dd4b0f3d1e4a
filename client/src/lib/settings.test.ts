import { afterEach, expect, test, vi } from "vitest";

import { apiUrl, holdSeconds, stripeConfig } from "./settings";

afterEach(() => vi.unstubAllEnvs());

test("a service's own URL takes precedence over the gateway", () => {
  vi.stubEnv("API_INTERNAL_URL", "http://gateway/");
  vi.stubEnv("TICKETS_URL", "http://tickets-srv:3000");
  expect(apiUrl("/api/orders/1")).toBe("http://gateway/api/orders/1");
  expect(apiUrl("/api/tickets?limit=3")).toBe("http://tickets-srv:3000/api/tickets?limit=3");
});

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
