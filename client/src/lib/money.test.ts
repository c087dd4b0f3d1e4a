import { expect, test } from "vitest";

import { formatMoney, parseMoney, parsePrice, priceText, toMinor } from "./money";

test.each([
  ["95", 95],
  ["12.50", 12.5],
  ["12,5", 12.5],
  ["$ 1,250.00", 1250],
  ["1,250", 1250],
  [" 0.50 ", 0.5],
])("%j is an amount", (text, amount) => {
  expect(parseMoney(text, "USD")).toBe(amount);
});

test.each(["", "-5", "1e5", "12.345", "12.5 USD", "NaN", "1,25,0", "٣"])("%j is not an amount", (text) => {
  expect(parseMoney(text, "USD")).toBeNull();
});

test.each([
  ["USD", 999999.99, "$999,999.99", 99999999],
  ["USD", 12.5, "$12.50", 1250],
  ["JPY", 1200, "¥1,200", 1200],
  ["ISK", 1200, "ISK\u00a01,200", 120000],
  ["KWD", 1.25, "KWD\u00a01.250", 1250],
  ["HUF", 2000.49, "HUF\u00a02,000.49", 200049],
])("decimals of %s are Stripe's", (currency, amount, text, minor) => {
  expect(formatMoney(amount, currency)).toBe(text);
  expect(toMinor(amount, currency)).toBe(minor);
  expect(parseMoney(priceText(amount, currency), currency)).toBe(amount);
});

test("minor units are exact for binary fractions", () => {
  expect([0.57, 1.1, 4.35, 999999.99].map((amount) => toMinor(amount, "USD"))).toEqual([
    57, 110, 435, 99999999,
  ]);
});

test.each([
  ["12.5", "USD", { price: 12.5 }],
  ["free", "USD", { error: "Enter a price, for example 12.50." }],
  ["0.49", "USD", { error: "Must be from $0.50 to $999,999.99." }],
  ["12.5", "JPY", { error: "Enter a price, for example 13." }],
  ["1.255", "KWD", { error: "Must be a multiple of 0.010." }],
])("price %j in %s", (text, currency, result) => {
  expect(parsePrice(text, currency)).toEqual(result);
});
