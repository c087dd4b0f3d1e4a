import { expect, test } from "vitest";

import { requestIdOf } from "./request-id";

test("a safe id is kept", () => {
  expect(requestIdOf("6ba7b810-9dad-11d1-80b4-00c04fd430c8")).toBe("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
});

test.each([
  undefined,
  ["a", "b"],
  "",
  "two words",
  "sk-test_51abc",
  "4242-4242-4242-4242",
  "x".repeat(65),
  "a\nb",
])("any other is replaced: %j", (sent) => {
  expect(requestIdOf(sent)).toMatch(/^[0-9a-f-]{36}$/);
});
