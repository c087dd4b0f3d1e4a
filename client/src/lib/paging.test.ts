import { expect, test } from "vitest";

import { listPath, nextCursor } from "./paging";

test("the Link header gives the next page", () => {
  const link = '</api/tickets?limit=48&after=65f0aa>; rel="next"';
  expect(nextCursor(new Headers({ link }))).toBe("65f0aa");
  expect(nextCursor(new Headers({ link: `</a?after=1>; rel="prev", ${link}` }))).toBe("65f0aa");
});

test("a page without a Link header is the last", () => {
  expect(nextCursor(new Headers())).toBeNull();
});

test("undefined parameters are left out of the path", () => {
  expect(listPath("/api/tickets", { after: undefined })).toBe("/api/tickets");
  expect(listPath("/api/tickets", { seller: "me", after: "a b", limit: 48 })).toBe(
    "/api/tickets?seller=me&after=a+b&limit=48",
  );
});
