import { afterEach, expect, test, vi } from "vitest";

import { apiUrl, holdSeconds, till } from "./settings";

afterEach(() => vi.unstubAllEnvs());

test("the gateway is asked, unless a service's own address is told", () => {
  vi.stubEnv("API_INTERNAL_URL", "http://gateway/");
  vi.stubEnv("TICKETS_URL", "http://tickets-srv:3000");
  expect(apiUrl("/api/orders/1")).toBe("http://gateway/api/orders/1");
  expect(apiUrl("/api/tickets?limit=3")).toBe("http://tickets-srv:3000/api/tickets?limit=3");
});

test("without a key there is no till; with one it is Stripe's, or the emulator's where its script is named", () => {
  vi.stubEnv("STRIPE_PUBLISHABLE_KEY", " ");
  expect(till()).toEqual({ kind: "missing" });
  vi.stubEnv("STRIPE_PUBLISHABLE_KEY", "pk_live_1");
  expect(till()).toEqual({ kind: "stripe", publishableKey: "pk_live_1", isTest: false });
  vi.stubEnv("STRIPE_JS_URL", "/emulator-stripe/v3/");
  expect(till()).toMatchObject({ kind: "emulator", scriptUrl: "/emulator-stripe/v3/" });
});

test.each([
  ["60", 60],
  ["", 900],
  ["soon", 900],
  ["-1", 900],
])("a hold of %j seconds is %i", (given, seconds) => {
  vi.stubEnv("EXPIRATION_WINDOW_SECONDS", given);
  expect(holdSeconds()).toBe(seconds);
});
