import { expect, test } from "vitest";

import { readableTarget } from "./requests";

test.each(["/", "/tickets/5?x=%ff", "/tickets/%20", "/a?b?c%zz", "//x"])("%s is readable", (target) => {
  expect(readableTarget(target)).toBe(target);
});

test.each(["/tickets/%ff", "/orders/%zz?x=1", "/%", "*", "http://x/", ""])("%s is no page", (target) => {
  expect(readableTarget(target)).toBe("/not-found");
});
