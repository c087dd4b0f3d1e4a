import { expect, test } from "vitest";

import { isFiltered, matchesText, noMatchText, parseSearch, toApiQuery, toQuery } from "./search";

test("the URL has only what was chosen", () => {
  const search = parseSearch({ q: [" opera ", "x"], sort: "newest", minPrice: "", maxPrice: "20" });
  expect(search).toEqual({ q: "opera", sort: "newest", minPrice: "", maxPrice: "20" });
  expect(toQuery(search)).toEqual({ q: "opera", maxPrice: "20" });
});

test("words that are names of orders are searched for", () => {
  expect(toQuery(parseSearch({ q: "newest" }))).toEqual({ q: "newest" });
});

test("an unknown order is the default one", () => {
  expect(parseSearch({ sort: "constructor" }).sort).toBe("newest");
  expect(toQuery(parseSearch({ sort: "-price" }))).toEqual({ sort: "-price" });
});

test("the API gets prices as decimals, and none that are no prices", () => {
  expect(toApiQuery(parseSearch({ minPrice: "$12,50", maxPrice: "ten" }), "USD")).toEqual({
    minPrice: "12.50",
    maxPrice: undefined,
  });
});

test("an order alone is not a filter", () => {
  expect(isFiltered(parseSearch({ sort: "price" }))).toBe(false);
  expect(isFiltered(parseSearch({ maxPrice: "5" }))).toBe(true);
});

test("the number of matches is told up to a hundred", () => {
  expect(matchesText(0, 0, 48)).toBe("0 tickets match");
  expect(matchesText(1, 1, 48)).toBe("1 ticket matches");
  expect(matchesText(null, 48, 48)).toBe("100+ tickets match");
  expect(matchesText(null, 3, 48)).toBe("3+ tickets match"); // the API stopped early
});

test("what did not match is named", () => {
  expect(noMatchText(parseSearch({ q: "opera" }))).toBe("No tickets match “opera”");
  expect(noMatchText(parseSearch({ q: "opera", maxPrice: "5" }))).toBe(
    "No tickets match “opera” at these prices",
  );
  expect(noMatchText(parseSearch({ maxPrice: "5" }))).toBe("No tickets have such a price");
});
