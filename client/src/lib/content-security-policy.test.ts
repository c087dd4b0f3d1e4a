import { expect, test } from "vitest";

import { contentSecurityPolicy } from "./content-security-policy";

test("with the emulator only the app itself is allowed", () => {
  const policy = contentSecurityPolicy({ nonce: "abc", allowStripe: false, isDevelopment: false });
  expect(policy).not.toMatch(/https?:/);
  expect(policy).toContain("script-src 'self' 'nonce-abc';");
});

test("Stripe's hosts are allowed, inline scripts are not", () => {
  const policy = contentSecurityPolicy({ nonce: "abc", allowStripe: true, isDevelopment: false });
  expect(policy).toContain("connect-src 'self' https://api.stripe.com");
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1];
  expect(scripts).toContain("https://js.stripe.com");
  expect(scripts).not.toMatch(/unsafe/);
});
