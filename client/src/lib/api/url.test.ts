import { afterEach, expect, test, vi } from "vitest";

import { apiUrl } from "./url";

afterEach(() => vi.unstubAllEnvs());

test("a service's own URL takes precedence over the gateway", () => {
  vi.stubEnv("API_INTERNAL_URL", "http://gateway/");
  vi.stubEnv("TICKETS_URL", "http://tickets-srv:3000");
  expect(apiUrl("/api/orders/1")).toBe("http://gateway/api/orders/1");
  expect(apiUrl("/api/tickets?limit=3")).toBe("http://tickets-srv:3000/api/tickets?limit=3");
});
