import { expect, test } from "vitest";

import { cookieValue } from "./cookies";

test.each([
  ["theme=dark; session=a.b=c", "a.b=c"],
  ["xsession=1;session=2", "2"],
  ["session=", ""],
  ["sessions=1", undefined],
  [undefined, undefined],
])("the session in %j is %j", (header, value) => {
  expect(cookieValue(header, "session")).toBe(value);
});
