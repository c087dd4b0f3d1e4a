import { expect, test } from "vitest";

import { otherPath, returnPath, signInPath } from "./return-path";

test.each(["/orders", "/tickets/5?a=1#b", "/tickets/new"])("%s is a place to go on to", (path) => {
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
])("%j leads home", (path) => {
  expect(returnPath(path)).toBe("/");
});

test("the way back survives from one form to the other", () => {
  const signIn = new URL(signInPath("/tickets/5?a=1&b=2"), "http://self");
  expect(returnPath(signIn.searchParams.get("next") ?? undefined)).toBe("/tickets/5?a=1&b=2");
  expect(otherPath("/signup", "/")).toBe("/signup");
});
