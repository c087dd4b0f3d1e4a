import { expect, test } from "vitest";

import { formatMoney, parseMoney, toMinor } from "./money";

test.each([
  ["95", 95],
  ["12.50", 12.5],
  ["12,5", 12.5],
  ["$ 1,250.00", 1250],
  ["1,250", 1250],
  [" 0.50 ", 0.5],
])("%j is an amount", (text, amount) => {
  expect(parseMoney(text)).toBe(amount);
});

test.each(["", "-5", "1e5", "12.345", "12.5 USD", "NaN", "1,25,0", "٣"])("%j is not an amount", (text) => {
  expect(parseMoney(text)).toBeNull();
});

test("a price keeps its two decimals", () => {
  expect(formatMoney(12.5, "USD")).toBe("$12.50");
  expect(toMinor(1200, "JPY")).toBe(1200);
  expect(formatMoney(999999.99, "USD")).toBe("$999,999.99");
});

test("minor units are exact for binary fractions", () => {
  expect([0.57, 1.1, 4.35, 999999.99].map((amount) => toMinor(amount, "USD"))).toEqual([
    57, 110, 435, 99999999,
  ]);
});
