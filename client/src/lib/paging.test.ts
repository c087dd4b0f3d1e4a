import { expect, test } from "vitest";

import { listPath, nextCursor } from "./paging";

test("the next page is found in the Link header", () => {
  const link = '</api/tickets?limit=48&after=65f0aa>; rel="next"';
  expect(nextCursor(new Headers({ link }))).toBe("65f0aa");
  expect(nextCursor(new Headers({ link: `</a?after=1>; rel="prev", ${link}` }))).toBe("65f0aa");
});

test("without a Link header the page is the last", () => {
  expect(nextCursor(new Headers())).toBeNull();
});

test("only what is given goes into the address", () => {
  expect(listPath("/api/tickets", { after: undefined })).toBe("/api/tickets");
  expect(listPath("/api/tickets", { seller: "me", after: "a b", limit: 48 })).toBe(
    "/api/tickets?seller=me&after=a+b&limit=48",
  );
});
