import { expect, test } from "vitest";

import { sessionChange } from "./session-check";

const user = { id: "b", email: "b@example.com", iat: 0 };

test.each([
  ["b", user, null],
  [null, null, null],
  ["a", null, "signed-out"],
  ["a", user, "other-user"],
  [null, user, "signed-in"],
] as const)("a page of %j with session %j is %j", (pageUser, current, change) => {
  expect(sessionChange(pageUser, current)).toBe(change);
});
