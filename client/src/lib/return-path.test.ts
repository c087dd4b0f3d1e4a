import { expect, test } from "vitest";

import { authPath, returnPath, signInPath } from "./return-path";

test.each(["/orders", "/tickets/5?a=1#b", "/tickets/new"])("%s is accepted", (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  "//evil.example",
  "/\\evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
  "/\t/evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "orders",
  "",
])("%j becomes the home page", (path) => {
  expect(returnPath(path)).toBe("/");
});

test("the return path survives the round trip through the URL", () => {
  const signIn = new URL(signInPath("/tickets/5?a=1&b=2"), "http://self");
  expect(returnPath(signIn.searchParams.get("next") ?? undefined)).toBe("/tickets/5?a=1&b=2");
  expect(authPath("/signup", "/")).toBe("/signup");
});
