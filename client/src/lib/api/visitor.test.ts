import { expect, test } from "vitest";

import { visitorHeaders, visitorOf } from "./visitor";

test("the visitor's session, address, request id and trace are passed on, and nothing else", () => {
  const passedOn = {
    cookie: "session=a",
    "x-forwarded-for": "203.0.113.7",
    "x-request-id": "r1",
    traceparent: "00-1-2-01",
  };
  expect(visitorHeaders(visitorOf(new Headers({ ...passedOn, host: "x" })))).toEqual(passedOn);
});

test("a request without a visitor has none of them", () => {
  expect(visitorHeaders(visitorOf(new Headers()))).toEqual({});
});
