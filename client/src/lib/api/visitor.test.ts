import { expect, test } from "vitest";

import { visitorHeaders, visitorOf } from "./visitor";

test("the visitor's session and address are passed on, and nothing else", () => {
  const headers = new Headers({ cookie: "session=a", "x-forwarded-for": "203.0.113.7", host: "x" });
  expect(visitorHeaders(visitorOf(headers))).toEqual({
    cookie: "session=a",
    "x-forwarded-for": "203.0.113.7",
  });
});

test("a request without a visitor has neither", () => {
  expect(visitorHeaders(visitorOf(new Headers()))).toEqual({});
});
